"""The medicines that the specification names are recognised, by generic and brand name, in their class."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from screening.engine.answers import read_answers
from screening.engine.definition import Definition, Medicine
from screening.engine.medicines import offers
from screening.exchange.yaml import load_definition

CONTENT = Path(__file__).parents[3] / "screening" / "content" / "ketamine"
TODAY = datetime.date(2026, 3, 2)

NAMED = {
    "maoi": """tranylcypromine, Parnate, phenelzine, Nardil, isocarboxazid, Marplan, selegiline, Emsam, Eldepryl,
        Zelapar, rasagiline, Azilect, safinamide, Xadago, moclobemide, Manerix, linezolid, Zyvox, methylene blue""",
    "theophylline_class": "theophylline, Theo-24, Uniphyl, Elixophyllin, aminophylline",
    "benzodiazepine": """alprazolam, Xanax, clonazepam, Klonopin, diazepam, Valium, lorazepam, Ativan, temazepam,
        Restoril, chlordiazepoxide, Librium, clobazam, Onfi, oxazepam, triazolam, Halcion""",
    "opioid": """oxycodone, OxyContin, Percocet, hydrocodone, Norco, Vicodin, morphine, MS Contin, fentanyl, Duragesic,
        hydromorphone, Dilaudid, methadone, buprenorphine, Suboxone, Sublocade, Butrans, Belbuca, tramadol, Ultram,
        tapentadol, Nucynta, codeine, kratom""",
    "opioid_antagonist": """naltrexone, Revia, Vivitrol, low-dose naltrexone, Contrave, Lybalvi, nalmefene, Selincro""",
    "other_sedative": """zolpidem, Ambien, eszopiclone, Lunesta, zopiclone, Imovane, gabapentin, Neurontin,
        pregabalin, Lyrica, baclofen, tizanidine, cyclobenzaprine, carisoprodol, Soma, trazodone, hydroxyzine,
        diphenhydramine,
        Benadryl, doxylamine, suvorexant, Belsomra, phenobarbital, butalbital, Fioricet, sodium oxybate, Xyrem,
        Xywav""",
    "stimulant": """amphetamine, Adderall, lisdexamfetamine, Vyvanse, dextroamphetamine, methylphenidate, Ritalin,
        Concerta, dexmethylphenidate, Focalin, modafinil, Provigil, armodafinil, Nuvigil, solriamfetol, Sunosi,
        phentermine, Adipex, atomoxetine, Strattera""",
    "response_modifier": """lamotrigine, Lamictal, clozapine, haloperidol, Haldol, risperidone, Risperdal, olanzapine,
        Zyprexa, quetiapine, Seroquel, aripiprazole, Abilify, Lybalvi""",
    "cyp_inhibitor": """clarithromycin, erythromycin, ketoconazole, itraconazole, voriconazole, fluconazole, ritonavir,
        Norvir, Paxlovid, cobicistat, diltiazem, verapamil, nefazodone, ticlopidine, clopidogrel, Plavix, grapefruit""",
    "cyp_inducer": """rifampin, carbamazepine, Tegretol, phenytoin, Dilantin, phenobarbital, primidone, efavirenz,
        St John's wort""",
    "nmda_blocker": "memantine, Namenda, amantadine, Symmetrel, Gocovri, dextromethorphan, Auvelity, Nuedexta",
    "antihypertensive": """lisinopril, losartan, amlodipine, Norvasc, metoprolol, propranolol, hydrochlorothiazide,
        valsartan, clonidine""",
    "thyroid_hormone": "levothyroxine, Synthroid, Levoxyl, liothyronine, Cytomel, Armour Thyroid",
    "pressor_or_decongestant": """pseudoephedrine, Sudafed, phenylephrine, oxymetazoline, Afrin, ephedrine, midodrine,
        droxidopa, ergotamine, dihydroergotamine""",
    "glp1": """semaglutide, Ozempic, Wegovy, Rybelsus, tirzepatide, Mounjaro, Zepbound, liraglutide, Victoza, Saxenda,
        dulaglutide, Trulicity, exenatide""",
    "blood_thinner": """warfarin, Coumadin, apixaban, Eliquis, rivaroxaban, Xarelto, dabigatran, Pradaxa, edoxaban,
        Savaysa, heparin, clopidogrel, Plavix, prasugrel, Effient, ticagrelor, Brilinta""",
    "antithyroid": "methimazole, carbimazole, propylthiouracil",
    "sulfonylurea": "glipizide, glyburide, glimepiride",
    "glinide": "repaglinide, nateglinide",
    "insulin": "insulin, Lantus, Humalog, Tresiba",
    "drinking_medicine": "disulfiram, Antabuse, acamprosate, Campral",
    "long_acting_or_clozapine": """clozapine, Invega Sustenna, Risperdal Consta, Abilify Maintena,
        haloperidol decanoate, aripiprazole lauroxil, Aristada""",
}
PAIRS = [(group, " ".join(name.split())) for group, names in NAMED.items() for name in names.split(",")]

# Milligrams of diazepam for one milligram, after the Ashton table (to verify).
DIAZEPAM = {"alprazolam": 20, "clonazepam": 20, "diazepam": 1, "lorazepam": 10, "oxazepam": 0.5, "temazepam": 0.5}


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_definition(CONTENT)


@pytest.fixture(scope="module")
def medicines(definition: Definition) -> dict[str, Medicine]:
    return {one.code: one for vocabulary in definition.vocabularies for one in vocabulary.medicines}


@pytest.mark.parametrize(("group", "name"), PAIRS, ids=[f"{group}-{name}" for group, name in PAIRS])
def test_it_is_recognised_in_its_class(
    definition: Definition, medicines: dict[str, Medicine], group: str, name: str
) -> None:
    [entry] = read_answers(definition, {"medicines": [name]}, on=TODAY)["medicines"].value  # type: ignore[misc, union-attr]
    assert entry.code, f"{name} was not recognised"
    assert group in medicines[entry.code].classes


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("zolpidem 10 mg most nights", "zolpidem"),
        ("methadone 10 mg three times a day", "methadone"),
        ("Wellbutrin XL 300", "bupropion"),
        ("Vivitrol shot", "naltrexone"),
        ("Vivitrol shot once a month", "naltrexone"),
        ("semaglutide compounded", "semaglutide"),
        ("compounded semaglutide", "semaglutide"),
        ("kratom tea", "kratom"),
        ("Mucinex", "guaifenesin"),
        ("Mucinex D", "guaifenesin_and_pseudoephedrine"),
        ("Mucinex DM", "dextromethorphan"),
        ("nasal decongestant spray", "decongestant_kind_not_known"),
        ("aripiprazole lauroxil", "aripiprazole_lauroxil"),
        ("Aristada", "aripiprazole_lauroxil"),
        ("Abilify", "aripiprazole"),
        ("Abilify injection 400 mg monthly", "aripiprazole_long_acting"),
        ("Haldol shot monthly", "haloperidol_decanoate"),
        ("Zyprexa injection", "olanzapine_long_acting"),
        ("Depixol injection 40 mg every 2 weeks", "flupentixol_decanoate"),
        ("Fluanxol IM monthly", "flupentixol_decanoate"),
        ("Depixol 3 mg", "flupentixol"),
        ("zuclopenthixol shot", "zuclopenthixol_decanoate"),
        ("Clopixol injection", "zuclopenthixol_decanoate"),
        ("Clopixol 10 mg", "zuclopenthixol"),
        ("Targin 10/5", "oxycodone_and_naloxone"),
        ("fluphenazine shot every 2 weeks", "fluphenazine_decanoate"),
        ("SJW", "st_johns_wort"),
        ("fluticasone", "fluticasone"),
        ("Flonase", "fluticasone_nose_spray"),
        ("dextroamphetamine/amphetamine", "amphetamine"),
        ("dextroamphetamine", "dextroamphetamine"),
        ("aspirin 81", "aspirin"),
        ("steroid nose spray", "steroid_nose_spray"),
        ("Tylenol", "acetaminophen"),
        ("Tylenol 500 mg as needed", "acetaminophen"),
        ("Tylenol 3", "codeine"),
        ("Tylenol #3 twice a day", "codeine"),
        ("Tylenol #4", "codeine"),
        ("Tylenol 3 times a day", "acetaminophen"),
        ("Tylenol PM", "acetaminophen_and_diphenhydramine"),
        ("NovoLog 70/30", "insulin_mixed"),
        ("Percocet 5/325 every 6 hours as needed", "oxycodone_and_acetaminophen"),
        ("generic Adderall 20 mg", "amphetamine"),
        ("theophylline for asthma", "theophylline"),
        ("Seroquel for sleep", "quetiapine"),
        ("lisinopril 20mg po qd", "lisinopril"),
        ("Lamictal 200 mg AM", "lamotrigine"),
        ("Vivitrol 380mg IM monthly", "naltrexone"),
        ("Haldol IM monthly", "haloperidol_decanoate"),
        ("aripiprazole shots", "aripiprazole_long_acting"),
        ("insulin glargine (Lantus)", "insulin_glargine"),
        ("Suboxone film 8/2", "buprenorphine_and_naloxone"),
        ("Lantus Solostar", "insulin_glargine"),
        ("insulin pump", "insulin_kind_not_known"),
        ("oxycodone/apap 5/325", "oxycodone_and_acetaminophen"),
        ("hydroxyzine pamoate 25 mg", "hydroxyzine"),
        ("theophylline anhydrous", "theophylline"),
        ("Fioricet w/ codeine", "butalbital_and_codeine"),
        ("Nyquil severe", "nyquil_severe"),
        ("Abilify Mycite", "aripiprazole"),
        ("Risperdal M-tab 1 mg", "risperidone"),
        ("Stadol", "butorphanol"),
        ("isosorbide dinitrate", "isosorbide_dinitrate"),
        ("Vitamin B6", "vitamin_b6"),
        ("Marinol", "dronabinol"),
        ("the pill", "combined_contraceptive_pill"),
        ("nicotine patches", "nicotine_replacement"),
    ],
)
def test_it_is_recognised_as_people_write_it(definition: Definition, typed: str, code: str) -> None:
    [entry] = read_answers(definition, {"medicines": [typed]}, on=TODAY)["medicines"].value  # type: ignore[misc, union-attr]
    assert entry.code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("teofilina", "theophylline"),
        ("Fenelzina 15 mg", "phenelzine"),
        ("metadona", "methadone"),
        ("insulina", "insulin_kind_not_known"),
        ("hierba de San Juan", "st_johns_wort"),
        ("jugo de toronja", "grapefruit"),
        ("ácido valproico", "valproate"),
        ("anfetamina", "amphetamine"),
        ("quetiapina 100 mg cada noche", "quetiapine"),
        ("alprazolam 0,5 mg por la noche", "alprazolam"),
        ("sertralina 50 mg por la mañana", "sertraline"),
        ("ketamina gotas", "ketamine"),
        ("azul de metileno", "methylene_blue"),
        ("verapamilo", "verapamil"),
        ("acenocumarol", "acenocoumarol"),
        ("insulina glargina", "insulin_glargine"),
        ("Tafil", "alprazolam"),
        ("Orfidal", "lorazepam"),
        ("Lexatin", "bromazepam"),
    ],
)
def test_it_is_recognised_by_its_spanish_name(definition: Definition, typed: str, code: str) -> None:
    assert code_of(definition, typed) == code


@pytest.mark.parametrize(
    "typed",
    [
        "prednisone and theophylline 200 mg", "Xanax and Nardil", "Aleve-D", "Excedrin PM", "Abilify Discmelt",
        "delta 8", "steroid", "vitamin B5", "insulin patch pump", "N/A", "Robitussin",
    ],
)  # fmt: skip
def test_nothing_is_offered_in_the_place_of_two(definition: Definition, typed: str) -> None:
    [vocabulary] = definition.vocabularies
    assert code_of(definition, typed) == ""
    assert offers(vocabulary, typed) == ()


@pytest.mark.parametrize(
    "typed",
    [
        "the patch", "the injection", "one tablet at night", "one a week", "a pill", "contraceptive patch",
        "Panadol Night", "Tylenol 9", "Tylenol 2 tablets", "Nizoral", "Mucinex E", "Zyrtec E", "vitamin",
        "nose spray", "steroid", "decongest", "hydro", "amphetamine sertraline", "lamivudine",
        "metformin glipizide", "omega 6",
        "weed", "THC gummies", "delta 8", "the pill for sleep", "Xanax for sleep and Nardil", "Percocet (oxycodone)",
        "Aleve 220 mg PM", "Abilify (aripiprazole) injection",
    ],
)  # fmt: skip
def test_what_may_be_something_else_stays_free_text(definition: Definition, typed: str) -> None:
    [entry] = read_answers(definition, {"medicines": [typed]}, on=TODAY)["medicines"].value  # type: ignore[misc, union-attr]
    assert (entry.code, entry.text) == ("", typed)


# Names that look alike and are other drugs. Lamivudine is not in the list: it must stay free text.
ALIKE = [
    ("hydroxyzine", "hydralazine"), ("clonidine", "clonazepam"), ("bupropion", "buspirone"),
    ("lamotrigine", "lamivudine"), ("prednisone", "prednisolone"), ("alprazolam", "lorazepam"),
    ("amitriptyline", "nortriptyline"), ("methadone", "methylphenidate"), ("tramadol", "trazodone"),
    ("sertraline", "selegiline"), ("clobazam", "clonazepam"), ("fluoxetine", "fluvoxamine"),
    ("risperidone", "ropinirole"), ("zolpidem", "zopiclone"), ("oxycodone", "hydrocodone"),
    ("Celexa", "Celebrex"), ("Zyrtec", "Zyrtec-D"), ("Claritin", "Claritin-D"), ("Sudafed", "Sudafed PE"),
]  # fmt: skip
AROUND = ["{}", "{} 10 mg", "{} ER 50 mg twice a day", "{} 2 tablets most nights", "generic {} 25", "{} shot"]


@pytest.mark.parametrize(("first", "second"), ALIKE, ids=[f"{one}-{two}" for one, two in ALIKE])
def test_look_alikes_stay_apart_however_they_are_written(
    definition: Definition, medicines: dict[str, Medicine], first: str, second: str
) -> None:
    for name, other in ((first, second), (second, first)):
        plain = code_of(definition, name)
        assert plain != code_of(definition, other)
        assert {code_of(definition, around.format(name)) for around in AROUND} <= {plain, long_acting(medicines, plain)}


def code_of(definition: Definition, typed: str) -> str:
    [entry] = read_answers(definition, {"medicines": [typed]}, on=TODAY)["medicines"].value  # type: ignore[misc, union-attr]
    return str(entry.code)


def long_acting(medicines: dict[str, Medicine], code: str) -> str:
    """The long-acting form of an antipsychotic, which its shot is."""
    return found if (found := f"{code}_long_acting") in medicines else code


def test_the_words_around_a_name_never_make_another_medicine_of_it(
    definition: Definition, medicines: dict[str, Medicine]
) -> None:
    for medicine in medicines.values():
        for name in (medicine.name, *medicine.brands):
            for around in ("{} 10 mg", "{} once a day", "{} 5 mg three times a day"):
                assert code_of(definition, around.format(name)) == medicine.code, around.format(name)


def test_a_steroid_nose_spray_fires_nothing(medicines: dict[str, Medicine]) -> None:
    for code in ("steroid_nose_spray", "fluticasone", "fluticasone_nose_spray"):
        assert medicines[code].classes == ()


def test_an_unknown_name_stays_free_text(definition: Definition) -> None:
    [entry] = read_answers(definition, {"medicines": ["little blue pill"]}, on=TODAY)["medicines"].value  # type: ignore[misc, union-attr]
    assert entry.code == ""
    assert entry.text == "little blue pill"


def test_common_add_on_antipsychotics_are_not_long_acting(medicines: dict[str, Medicine]) -> None:
    for code in ("aripiprazole", "quetiapine", "olanzapine", "risperidone", "brexpiprazole", "lurasidone"):
        assert "long_acting_or_clozapine" not in medicines[code].classes


def test_the_inconsistency_check_on_seizures_names_every_anti_seizure_medicine(
    definition: Definition, medicines: dict[str, Medicine]
) -> None:
    [check] = [one for one in definition.inconsistencies if one.link_id == "C6"]
    [listed] = [one for one in definition.variables if one.link_id == "two_anti_seizure_medicines"]
    assert listed.link_id in check.when
    for medicine in medicines.values():
        assert ("anti_seizure" in medicine.classes) == (
            f"{medicine.code}," in listed.when or f"{medicine.code})" in listed.when
        )


def test_diazepam_equivalents_are_the_registered_ones(medicines: dict[str, Medicine]) -> None:
    assert {code: medicines[code].equivalents["diazepam"] for code in DIAZEPAM} == DIAZEPAM


def test_every_benzodiazepine_asks_for_its_dose(medicines: dict[str, Medicine]) -> None:
    assert all(one.ask_dose for one in medicines.values() if "benzodiazepine" in one.classes)


def test_no_other_medicine_asks_for_milligrams_that_no_rule_compares(medicines: dict[str, Medicine]) -> None:
    """A patch is dosed in micrograms an hour, a combination in two numbers."""
    assert not any(one.ask_dose for one in medicines.values() if "opioid" in one.classes)


def test_every_class_says_where_it_comes_from(definition: Definition) -> None:
    assert all(group.sources for vocabulary in definition.vocabularies for group in vocabulary.classes)

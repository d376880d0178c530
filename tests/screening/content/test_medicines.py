"""The medicines that the specification names are recognised, by generic and brand name, in their class."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from screening.engine.answers import read_answers
from screening.engine.definition import Definition, Medicine
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
    "sulfonylurea_or_glinide": "glipizide, glyburide, glimepiride, repaglinide, nateglinide",
    "insulin": "insulin, Lantus, Humalog, Tresiba",
    "drinking_medicine": "disulfiram, Antabuse, acamprosate, Campral",
    "long_acting_or_clozapine": """clozapine, Invega Sustenna, Risperdal Consta, Abilify Maintena,
        haloperidol decanoate""",
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
    for medicine in medicines.values():
        assert ("anti_seizure" in medicine.classes) == (
            f"{medicine.code}," in check.when or f"{medicine.code})" in check.when
        )


def test_diazepam_equivalents_are_the_registered_ones(medicines: dict[str, Medicine]) -> None:
    assert {code: medicines[code].equivalents["diazepam"] for code in DIAZEPAM} == DIAZEPAM


def test_every_benzodiazepine_asks_for_its_dose(medicines: dict[str, Medicine]) -> None:
    assert all(one.ask_dose for one in medicines.values() if "benzodiazepine" in one.classes)


def test_every_class_says_where_it_comes_from(definition: Definition) -> None:
    assert all(group.sources for vocabulary in definition.vocabularies for group in vocabulary.classes)

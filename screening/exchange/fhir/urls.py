"""The addresses by which FHIR names things: HL7's and LOINC's as published, and our own for what FHIR has no word for.

Our own stand under a domain that belongs to nobody (RFC 2606): they are names, and nothing is fetched from them.

>>> system_of("loinc"), name_of("http://loinc.org")
('http://loinc.org', 'loinc')
>>> name_of(system_of("clinic_codes")), system_of(name_of("http://example.org/codes"))
('clinic_codes', 'http://example.org/codes')
"""

from __future__ import annotations

OWN = "https://ketamine-screening.example/fhir"
EXTENSION = f"{OWN}/StructureDefinition"
CODES = f"{OWN}/CodeSystem"

CORE = "http://hl7.org/fhir/StructureDefinition"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition"

TRANSLATION = f"{CORE}/translation"
ORDINAL = f"{CORE}/ordinalValue"
ITEM_WEIGHT = f"{CORE}/itemWeight"
EXCLUSIVE = f"{CORE}/questionnaire-optionExclusive"
UNIT = f"{CORE}/questionnaire-unit"
UNIT_OPTION = f"{CORE}/questionnaire-unitOption"
MINIMUM = f"{CORE}/minValue"
MAXIMUM = f"{CORE}/maxValue"
DECIMALS = f"{CORE}/maxDecimalPlaces"
MOST_ENTRIES = f"{CORE}/questionnaire-maxOccurs"
CONTROL = f"{CORE}/questionnaire-itemControl"
DISPLAY_KIND = f"{CORE}/questionnaire-displayCategory"
HIDDEN = f"{CORE}/questionnaire-hidden"
ABSENT = f"{CORE}/data-absent-reason"
SHORT = f"{SDC}/sdc-questionnaire-shortText"
ENABLE = f"{SDC}/sdc-questionnaire-enableWhenExpression"
CALCULATED = f"{SDC}/sdc-questionnaire-calculatedExpression"

UCUM = "http://unitsofmeasure.org"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
DISPLAY_KINDS = "http://hl7.org/fhir/questionnaire-display-category"

SYSTEMS = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "atc": "http://www.whocc.no/atc",
}
"""Code systems by the short names that content uses."""

_NAMES = {url: name for name, url in SYSTEMS.items()}


def system_of(name: str) -> str:
    """The address of a code system; a name that is an address already stays what it is."""
    return name if ":" in name else SYSTEMS.get(name, f"{CODES}/{name}")


def name_of(system: str) -> str:
    """The short name of a code system, or its address where it has none."""
    return _NAMES.get(system, system.removeprefix(f"{CODES}/"))


def extension(name: str) -> str:
    """The address of one of our own extensions."""
    return f"{EXTENSION}/{name}"

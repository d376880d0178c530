"""The few fixed words around answers, in each language. Content has its own texts; these are ours."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "yes": "Yes",
        "no": "No",
        "not_sure": "Not sure",
        "declined": "Prefer not to say",
        "skipped": "Not answered",
        "unreadable": "Could not be read: “{typed}”",
        "partly_unreadable": "{value} (could not be read: “{typed}”)",
        "agreed": "Agreed",
        "no_medicines": "None",
        "pressure": "{systolic}/{diastolic} mmHg",
        "systolic_only": "{systolic} mmHg (top number only)",
        "diastolic_only": "{diastolic} mmHg (bottom number only)",
        "dose": "{name}, {dose} mg a day",
        "as_typed": "{name} (written as “{note}”)",
        "today": "Today",
        "ago": "{number} {unit} ago",
        "days": "day days",
        "weeks": "week weeks",
        "months": "month months",
        "years": "year years",
        "month_of_year": "{month} {year}",
        "day_of_month": "{month} {day}, {year}",
        "entry": "{number}. {answers}",
    },
    "es": {
        "yes": "Sí",
        "no": "No",
        "not_sure": "No estoy seguro/a",
        "declined": "Prefiero no decirlo",
        "skipped": "Sin responder",
        "unreadable": "No se pudo leer: “{typed}”",
        "partly_unreadable": "{value} (no se pudo leer: “{typed}”)",
        "agreed": "De acuerdo",
        "no_medicines": "Ninguno",
        "pressure": "{systolic}/{diastolic} mmHg",
        "systolic_only": "{systolic} mmHg (solo el número de arriba)",
        "diastolic_only": "{diastolic} mmHg (solo el número de abajo)",
        "dose": "{name}, {dose} mg al día",
        "as_typed": "{name} (escrito como “{note}”)",
        "today": "Hoy",
        "ago": "hace {number} {unit}",
        "days": "día días",
        "weeks": "semana semanas",
        "months": "mes meses",
        "years": "año años",
        "month_of_year": "{month} de {year}",
        "day_of_month": "{day} de {month} de {year}",
        "entry": "{number}. {answers}",
    },
}


TRANSLATED_UNITS: dict[str, dict[str, str]] = {
    "es": {
        "days": "días",
        "weeks": "semanas",
        "months": "meses",
        "years": "años",
        "hours": "horas",
        "minutes": "minutos",
        "times": "veces",
    },
}
"""Units that are words, by language; a questionnaire writes its units in English. Symbols (mg, mmHg) need none."""


def unit_in(unit: str, language: str) -> str:
    """A question's unit in a language, or as it is.

    >>> unit_in("weeks", "es"), unit_in("mg", "es"), unit_in("weeks", "en")
    ('semanas', 'mg', 'weeks')
    """
    return TRANSLATED_UNITS.get(language, {}).get(unit, unit)


def word(key: str, language: str, **values: object) -> str:
    """A fixed phrase with its values; English where a language is not known.

    >>> word("ago", "es", number=6, unit="semanas")
    'hace 6 semanas'
    """
    return WORDS.get(language, WORDS["en"])[key].format_map(values)

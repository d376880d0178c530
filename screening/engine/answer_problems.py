"""What can be wrong with one answer: every problem has a code, and every code has one message that says what to do.

Screens translate by `code` and `params`; the English `message` is for files, commands and tests.

>>> problem = answer_problem("systolic_range", part="systolic", minimum=70, maximum=260)
>>> problem.message
'Enter the top number between 70 and 260'
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from .values import Answer

MESSAGES: dict[str, str] = {
    # Choices
    "choice_unknown": "Select one of the answers listed: {options}",
    "choice_several": "Select one answer only",
    "choice_exclusive": "Select “{option}” or the other answers, not both",
    "state_not_offered": "Select one of the answers listed; “{state}” is not offered for this question",
    "state_with_value": "Give an answer or select “{state}”, not both",
    "acknowledgement_not_given": "Tick the box to continue, or leave it out",
    # Numbers
    "number_not_read": "Enter a number in digits, for example {example}",
    "number_not_finite": "Enter an ordinary number",
    "number_whole": "Enter a whole number, without decimals",
    "number_decimals": "Use fewer digits after the decimal point ({decimals} at most)",
    "number_too_small": "Enter a number that is {minimum} or more",
    "number_too_large": "Enter a number that is {maximum} or less",
    # Text
    "text_too_long": "Shorten this to {maximum} characters or fewer (it has {length})",
    "entry_too_long": "Shorten this: it has {length} characters, and only the first {maximum} could be kept",
    "text_characters": "Remove the characters that cannot be stored",
    "phone_not_read": "Enter a phone number with 7 to 15 digits, for example 555 010 0100",
    "email_not_read": "Enter an email address like name@example.com",
    # Blood pressure
    "pressure_not_read": "Enter the blood pressure as two numbers, for example 120/80",
    "systolic_not_read": "Enter the top number in digits, for example 120",
    "diastolic_not_read": "Enter the bottom number in digits, for example 80",
    "systolic_range": "Enter the top number between {minimum} and {maximum}",
    "diastolic_range": "Enter the bottom number between {minimum} and {maximum}",
    "pressure_order": "Check the two numbers: the top number must be higher than the bottom number",
    # Height and weight
    "height_not_read": "Enter the height in digits, for example 5 feet 7 inches or 170 centimeters",
    "height_both": "Enter the height in centimeters or in feet and inches, not both",
    "height_inches": "Enter inches below 12 after the feet",
    "height_range": "Enter a height between 50 and 272 centimeters (1 foot 8 inches and 8 feet 11 inches)",
    "weight_not_read": "Enter the weight in digits, for example 180 pounds or 80 kilograms",
    "weight_both": "Enter the weight in kilograms or in pounds, not both",
    "weight_pounds": "Enter pounds below 14 after the stone",
    "weight_range": "Enter a weight between 20 and 400 kilograms (44 and 882 pounds)",
    "body_mass_range": "Check the height and the weight: together they give a body mass index of {bmi}, "
    "which is outside 12 to 80",
    # Dates
    "date_not_read": "Enter a date as day, month and year, for example 27 March 1980",
    "day_missing": "Enter the day",
    "month_missing": "Enter the month",
    "year_missing": "Enter the year",
    "day_not_read": "Enter the day as a number from 1 to 31",
    "month_not_read": "Enter the month as a number from 1 to 12 or by its name",
    "year_not_read": "Enter the year with four digits, for example 1980",
    "date_impossible": "Check the day and the month: there is no such date",
    "date_future": "Enter a date that is not in the future",
    "date_too_early": "Enter a date in 1900 or later",
    "birth_date_too_early": "Enter a date of birth within the last 120 years",
    "ago_number_missing": "Enter how many days, weeks, months or years ago",
    "ago_number_not_read": "Enter how long ago as a whole number, for example 6",
    "ago_unit_missing": "Select days, weeks, months or years",
    "ago_both": "Enter how long ago or a date, not both",
    "ago_too_long": "Enter a time within the last 120 years",
    # Medicines and groups
    "medicines_none_and_some": "Select “none” or list the medicines, not both",
    "medicines_none_in_a_row": "Enter the name of a medicine, or empty this line. "
    "If you take none at all, select “I take no medicines”",
    "medicine_name_missing": "Enter the name of the medicine",
    "medicine_code_unknown": "Use a medicine of the vocabulary, or its name as text; there is no “{medicine}”{hint}",
    "dose_not_read": "Enter the dose for one day in milligrams, for example 50, or leave it empty",
    "dose_range": "Enter a dose above 0 and no more than {maximum} milligrams a day",
    "too_many_entries": "List {maximum} or fewer",
    "group_has_no_answer": "Answer the questions of this group one by one: {items}",
    # Documents
    "wrong_type": "Write {expected}, not {found}",
    "key_unknown": "Remove “{key}”, or use one of: {known}{hint}",
    "question_unknown": "There is no question “{key}”{hint}",
    "document_not_read": "Write the answers as one JSON object by question: {reason}",
}

UNPRINTABLE = str.maketrans({"\x00": "\ufffd"})


class AnswerProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One problem. `part` is the form part ("systolic", "0.dose"); parts of an entry start with its number from 0."""

    code: str
    message: str
    part: str = ""
    params: dict[str, str | int | float] = {}
    question: str = ""

    @property
    def entry(self) -> int | None:
        """The number of the entry, counted from 1, in a medicine list or a repeating group."""
        head = self.part.partition(".")[0]
        return int(head) + 1 if head.isascii() and head.isdigit() else None

    @property
    def place(self) -> str:
        """Where it is, in words: the question, the entry and the part.

        >>> answer_problem("dose_not_read", part="1.dose", question="medicines").place
        'medicines, entry 2, dose'
        """
        entry, rest = self.entry, self.part
        if entry is not None:
            rest = self.part.partition(".")[2]
        words = [self.question, f"entry {entry}" if entry is not None else "", rest]
        return ", ".join(word for word in words if word)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def answer_problem(code: str, *, part: str = "", question: str = "", **params: str | int | float) -> AnswerProblem:
    """A problem with the message of its code. Raises `KeyError` for a code that is not in `MESSAGES`."""
    message = MESSAGES[code].format_map(params)
    return AnswerProblem(code=code, message=message, part=part, params=params, question=question)


class InvalidAnswer(Exception):  # noqa: N818 (named for the event)
    """An answer that could not be read. `problems` says why; `kept` is what to store so that nothing typed is lost.

    `kept` is `skipped` with the typed text, except where part of the answer can be trusted (one number of a blood
    pressure, the other medicines of a list): then it is `answered` with that part, and `typed` holds the rest.
    """

    def __init__(self, problems: Iterable[AnswerProblem], kept: Answer) -> None:
        self.problems = tuple(problems)
        self.kept = kept
        super().__init__("; ".join(str(problem) for problem in self.problems))


class InvalidAnswers(Exception):  # noqa: N818 (named for the event)
    """A document of answers that could not be read. `problems` names every place."""

    def __init__(self, problems: Iterable[AnswerProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def printable(text: object, limit: int = 60) -> str:
    """Any key or text, made safe to print in a message: shortened, and without characters that cannot be encoded."""
    words = str(text)[: limit + 1].translate(UNPRINTABLE).encode("utf-8", "replace").decode("utf-8")
    return words if len(words) <= limit else words[:limit] + "…"

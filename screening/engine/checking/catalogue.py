"""What checks report, and the table of every problem's id: its severity, what it says and what to do about it.

docs/problems.md is written from `CATALOGUE`; a test keeps them the same.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

ProblemSeverity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a definition. An error blocks publishing; a warning is for a person to judge.

    `place` names the thing for a person; `link_id` is whose it is; `pointed` shows a rule with a caret where it fails.
    """

    id: str
    severity: ProblemSeverity
    place: str
    message: str
    hint: str = ""
    link_id: str = ""
    pointed: str = ""

    def __str__(self) -> str:
        lines = f"{self.id} {self.severity}: {self.place}: {self.message} {self.hint}".rstrip()
        return f"{lines}\n{self.pointed}" if self.pointed else lines


class Entry(NamedTuple):
    """One line of the catalogue."""

    severity: ProblemSeverity
    message: str
    hint: str


CATALOGUE: dict[str, Entry] = {
    # Names
    "Q101": Entry("error", "“{name}” is used for two things.", "Give one of them another name."),
    "Q102": Entry(
        "error", "“{name}” is not a good name.", "Use lower-case letters, digits and underscores; begin with a letter."
    ),
    "Q103": Entry("error", "“{name}” is a reserved word.", "Choose another name."),
    "Q104": Entry("error", "There is nothing in this questionnaire.", "Add a section with a question."),
    "Q105": Entry("warning", "The section has no questions.", "Add a question or remove the section."),
    # Texts
    "Q201": Entry(
        "error", "The {field} is missing in {language}.", "Write it; every text must be there in the first language."
    ),
    "Q202": Entry(
        "warning",
        "The {field} is not translated into {language}.",
        "Add the translation, and have it reviewed; for an instrument, only its published translation.",
    ),
    "Q203": Entry(
        "warning",
        "The {field} is written in “{language}”, which is not a language of the questionnaire.",
        "Add the language, or remove the text.",
    ),
    "Q204": Entry(
        "error", "“{language}” is not a language code, or is listed twice.", "Use codes such as en and es, each once."
    ),
    "Q205": Entry(
        "warning",
        "The {field} needs school grade {grade} to read.",
        "Use shorter sentences and everyday words; explain a medical name in brackets. Grade 8 or less suits most.",
    ),
    "Q206": Entry(
        "warning",
        "The {field} says “{word}”, which {what}.",
        "Say it another way: ask for what happened, in plain and kind words.",
    ),
    "Q207": Entry(
        "warning",
        "The {field} speaks of ketamine and suicidal thoughts together.",
        "Never say or imply that ketamine will stop suicidal thoughts.",
    ),
    # Rules
    "Q301": Entry("error", "The rule cannot be read: {message}", "{hint}"),
    "Q302": Entry("error", "{message}", "{hint}"),
    "Q303": Entry("error", "{message}", "{hint}"),
    "Q304": Entry(
        "warning",
        "“{name}” is asked only sometimes, so “is not” is true for people who were never asked.",
        "Add a guard such as “{name} is answered and …”, or the condition under which it is asked.",
    ),
    "Q305": Entry(
        "error",
        "A question cannot be stale because of its own answer.",
        "Use another question, such as the date of the reading.",
    ),
    "Q306": Entry("error", "stale_when is for answers with a value that rules use.", "Remove it from this {type}."),
    # Questions and options
    "Q401": Entry("error", "The question has no options.", "List the answers that can be chosen."),
    "Q402": Entry("error", "The option code “{name}” is used twice.", "Give one of them another code."),
    "Q403": Entry(
        "error", "A yes/no question can only have the options yes and no.", "Use type choice for other answers."
    ),
    "Q404": Entry("warning", "More than one option stands alone (exclusive).", "Usually only “none of these” does."),
    "Q405": Entry(
        "warning", "Exclusive options mean something only where several answers can be chosen.", "Remove exclusive."
    ),
    "Q406": Entry("warning", "A question of type {type} does not use {field}.", "Remove it."),
    "Q407": Entry("error", "The minimum is above the maximum.", "Exchange them."),
    "Q408": Entry("error", "{field} must be {bounds}.", "Change it."),
    "Q409": Entry("error", "The group has no items.", "Add the questions that belong together."),
    "Q410": Entry("error", "A group cannot stand inside a group.", "Put its questions into the outer group."),
    "Q411": Entry("error", "Only a group can repeat or have items.", "Use type group, or remove repeats and items."),
    "Q412": Entry("error", "The medicine list names no vocabulary{name}.", "Set vocabulary to one of: {known}."),
    "Q413": Entry("error", "The role {role} is given to two questions.", "Leave it to one of them."),
    "Q414": Entry("error", "The role {role} does not fit a question of type {type}.", "Use one of: {known}."),
    "Q415": Entry(
        "error",
        "A role cannot be inside a repeating group: there would be more than one answer.",
        "Move the question out of the group.",
    ),
    "Q416": Entry(
        "warning",
        "A required question can never be answered “prefer not to say”.",
        "Offer it, unless the answer is needed for safety or identity.",
    ),
    "Q417": Entry(
        "error",
        "An acknowledgement cannot be answered “not sure” or “prefer not to say”.",
        "Set unknowns to an empty list.",
    ),
    "Q418": Entry("warning", "Some options have points and others have none.", "Give every option a score, or none."),
    # Scores and instruments
    "Q501": Entry("error", "{message}", "{hint}"),
    "Q502": Entry("error", "The bands are not in rising order.", "List them from low to high, each low value once."),
    "Q503": Entry(
        "error",
        "The first band begins at {low}, but the lowest possible total is {lowest}.",
        "Begin the first band at {lowest} or below, so that no total is without a band.",
    ),
    "Q504": Entry(
        "warning",
        "The band from {low} cannot be reached: the highest possible total is {highest}.",
        "Check the points and the bands.",
    ),
    "Q505": Entry("error", "“{name}” is counted twice.", "List each item once."),
    "Q506": Entry("error", "There is no instrument “{name}”{near}.", "Name an instrument of this questionnaire."),
    "Q507": Entry("error", "The instrument's item “{name}” is not asked anywhere.", "Put it into a section."),
    "Q508": Entry(
        "error",
        "“{name}” is an item of the instrument, but its question does not say so.",
        "Set instrument: {instrument} on the question.",
    ),
    "Q509": Entry(
        "error",
        "The wording of the instrument was changed.",
        "Put the published wording back; the registered hash is {registered}, this wording gives {found}.",
    ),
    "Q510": Entry(
        "warning",
        "The wording of the instrument is not locked.",
        "Compare it with the published form, then set wording_sha256 to {found}.",
    ),
    "Q511": Entry(
        "error",
        "The instrument's items are not asked in the published order.",
        "Ask them in the order in which the instrument lists them.",
    ),
    "Q512": Entry(
        "error",
        "“{name}” says it belongs to the instrument, which does not list it.",
        "Add it to the instrument's items or remove instrument.",
    ),
    "Q513": Entry(
        "warning",
        "The instrument is switched off: its items are not asked, and what rules look for in them is never found.",
        "Switch it on again, unless the clinic asks the same in another way.",
    ),
    "Q514": Entry(
        "error",
        "The flag must be established, but it uses items of an instrument that is switched off: {names}.",
        "Switch the instrument on again.",
    ),
    # Flags
    "Q601": Entry("error", "The flag has no rules.", "Add a rule, or remove the flag."),
    "Q602": Entry("error", "There are two rules of severity {severity}.", "Join them with “or”."),
    "Q603": Entry("error", "There is no source “{name}”{near}.", "Add it to the sources, or correct the name."),
    "Q604": Entry("warning", "The flag names no source.", "Say where the rule comes from."),
    "Q605": Entry("error", "There is no flag “{name}”{near}.", "Correct the name, or leave it empty."),
    "Q606": Entry(
        "error", "“{name}” is kept for the medicine list as a whole.", "Choose another link_id for this flag."
    ),
    "Q607": Entry(
        "warning",
        "{count} citations are still unverified.",
        "Have a clinical reviewer read the passages, then remove “(unverified)”.",
    ),
    "Q608": Entry(
        "error",
        "“{line}” does not name a number that can get worse.",
        "Write a number, a part of a blood pressure, a score or age, then higher or lower: “phq9 higher”.",
    ),
    # Vocabularies, parameters, profiles
    "Q701": Entry(
        "error", "There is no class “{name}”{near} in the vocabulary.", "Add the class, or correct the name."
    ),
    "Q702": Entry(
        "error", "“{name}” is both a class and a medicine, so rules that name it are unclear.", "Rename the class."
    ),
    "Q703": Entry(
        "warning",
        "“{name}” is the name or brand of two medicines, so it is recognised as neither.",
        "Remove it from one of them.",
    ),
    "Q704": Entry(
        "error",
        "An equivalent must be above 0.",
        "Write the milligrams of the reference that one milligram stands for.",
    ),
    "Q705": Entry("error", "The value {value} is outside {minimum} to {maximum}.", "Change the value or the range."),
    "Q706": Entry("error", "There is no profile “{name}”{near}.", "Add the profile, or correct the name."),
    "Q707": Entry("warning", "The class has no medicines.", "Add medicines to it, or remove it."),
    "Q709": Entry(
        "error", "There is no medicine “{name}”{near} in the vocabulary.", "Add the medicine, or correct its code."
    ),
    "Q708": Entry("warning", "No rule uses the parameter.", "Use it in a rule, or remove it."),
    # Review
    "Q801": Entry(
        "warning",
        "No clinician has reviewed the questions and rules yet; staff pages say so.",
        "Have a licensed clinician read docs/clinical.md, then name them as the clinical reviewer.",
    ),
    "Q802": Entry(
        "warning",
        "Nobody has reviewed the translation into {language} yet.",
        "Have a qualified person read it beside the original, then name them as its reviewer.",
    ),
}


def as_markdown() -> str:
    """The catalogue as the table in docs/problems.md."""
    rows = [f"| {code} | {entry.severity} | {entry.message} | {entry.hint} |" for code, entry in CATALOGUE.items()]
    return "\n".join(["| id | severity | what it says | what to do |", "|---|---|---|---|", *rows, ""])

"""The draft's questions: sections, questions, options, instruments, scores. Each mirrors a Struct of the engine."""

from __future__ import annotations

from django.db import models

from screening import fields
from screening.engine import definition

from .draft import Choices, Draft, choices_of


def question_types() -> Choices:
    return choices_of(definition.QuestionType)


def roles() -> Choices:
    return choices_of(definition.Role)


def not_sure_classes() -> Choices:
    return choices_of(definition.NotSure)


def methods() -> Choices:
    return [("sum", "sum"), ("mean", "mean")]


def first_language() -> list[str]:
    return ["en"]


def both_unknowns() -> list[str]:
    return ["not_sure", "declined"]


class Questionnaire(models.Model):
    """The draft as a whole. What is published from it is a `QuestionnaireVersion`."""

    OWNERS = ()
    QUESTIONNAIRE = "pk"

    key = models.SlugField(unique=True, max_length=100)
    title = fields.Wording()
    languages = fields.Keys(default=first_language, help_text="The first is the one that every text must have.")
    safety_panel_when = fields.RuleText("safety panel when", blank=True)
    safety_alert_at_once_when = fields.RuleText(
        "alert at once when", blank=True, help_text="Also alerts the clinic from answers that were not sent yet."
    )
    review_clinical = models.CharField("clinical reviewer", blank=True, default="")
    review_translations = fields.Pairs("translation reviewers", help_text="One per line: es = Name")
    edits = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Section(Draft):
    """One short topic, shown as one page."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="sections")
    link_id = models.CharField("link id")
    title = fields.Wording()
    introduction = fields.Wording()
    ask_when = fields.RuleText(blank=True, help_text="Empty: always.")

    def __str__(self) -> str:
        return self.link_id


class Question(Draft):
    """One thing that is asked. An item of a group has the group as `parent`."""

    OWNERS = ("parent", "section")
    QUESTIONNAIRE = "section__questionnaire"

    section = models.ForeignKey(Section, models.CASCADE, related_name="questions")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="items", help_text="The group it is an item of."
    )
    link_id = models.CharField("link id", db_index=True)
    type = models.CharField(choices=question_types)
    text = fields.Wording(help_text="The patient's wording.")
    short = fields.Wording(help_text="The clinician's wording.")
    hint = fields.Wording()
    explanation = fields.Wording(help_text="“Why we ask.”")
    ask_when = fields.RuleText(blank=True, help_text="Empty: always.")
    stale_when = fields.RuleText(blank=True, help_text="While true, the answer counts as “not sure”.")
    unknowns = fields.Unknowns(default=both_unknowns)
    required = models.BooleanField(default=False, help_text="Holds back sending, never leaving the page.")
    compact = models.BooleanField(default=False, help_text="Ask in one row.")
    unit = models.CharField(blank=True, default="")
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(default=1)
    maximum_length = models.PositiveIntegerField(null=True, blank=True)
    vocabulary = models.CharField(blank=True, default="", help_text="The key of a vocabulary, for medicines.")
    repeats = models.BooleanField(default=False, help_text="A group that is answered once per entry.")
    maximum_entries = models.PositiveIntegerField(default=20)
    role = models.CharField(choices=roles, null=True, blank=True)  # noqa: DJ001 None is a value of the Struct
    autocomplete = models.CharField(blank=True, default="")
    not_sure = models.CharField(choices=not_sure_classes, null=True, blank=True)  # noqa: DJ001
    part2 = models.BooleanField("Part 2", default=False, help_text="A substance-use answer (42 CFR Part 2).")
    instrument = models.CharField(blank=True, default="", help_text="The key of the instrument it is an item of.")
    codes = fields.Pairs(help_text="One per line: loinc = 44250-9")

    def __str__(self) -> str:
        return self.link_id

    def belong_to(self, owner: models.Model) -> None:
        """An item is in the section of its group."""
        super().belong_to(owner)
        if isinstance(owner, Question):
            self.section = owner.section


class Option(Draft):
    """One answer to choose."""

    OWNERS = ("question",)
    QUESTIONNAIRE = "question__section__questionnaire"

    question = models.ForeignKey(Question, models.CASCADE, related_name="options")
    code = models.CharField()
    text = fields.Wording()
    hint = fields.Wording()
    score = models.FloatField(null=True, blank=True)
    exclusive = models.BooleanField(default=False, help_text="“None of these”: stands alone.")
    codes = fields.Pairs(help_text="One per line: loinc = LA6568-5")

    def __str__(self) -> str:
        return self.code


class Instrument(Draft):
    """A published questionnaire kept word for word. Its wording hash locks it."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="instruments")
    key = models.CharField()
    title = models.CharField()
    preface = fields.Wording(help_text="The published lead-in to the items.")
    items = fields.Keys(help_text="Link ids, in order.")
    credit = models.TextField()
    licence = models.TextField()
    url = models.CharField(blank=True, default="")
    language = models.CharField(default="en", help_text="The language it was published in.")
    codes = fields.Pairs()
    wording_sha256 = models.CharField("wording sha256", blank=True, default="")
    switched_off = models.BooleanField(
        default=False,
        help_text="Its questions are not asked, and flags do not use them. Publish for it to take effect.",
    )

    def __str__(self) -> str:
        return self.key


class Score(Draft):
    """A number worked out from option scores or numeric answers, for clinicians only."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="scores")
    link_id = models.CharField("link id")
    title = fields.Wording()
    method = models.CharField(choices=methods, default="sum")
    items = fields.Keys(help_text="Link ids, in order.")
    gate = models.CharField(blank=True, default="", help_text="A yes/no question whose “no” is a complete 0.")
    decimals = models.PositiveSmallIntegerField(default=0)
    instrument = models.CharField(blank=True, default="")
    codes = fields.Pairs()
    sources = fields.Citations()

    def __str__(self) -> str:
        return self.link_id


class Band(Draft):
    """A named part of a score's range, from `low` upwards to the next band."""

    OWNERS = ("score",)
    QUESTIONNAIRE = "score__questionnaire"

    score = models.ForeignKey(Score, models.CASCADE, related_name="bands")
    low = models.FloatField()
    title = fields.Wording()

    def __str__(self) -> str:
        return f"from {self.low:g}"

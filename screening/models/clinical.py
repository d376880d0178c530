"""The draft's clinical content: flags, rules, notes, medicines, parameters, sources. Each mirrors a Struct."""

from __future__ import annotations

from django.db import models

from screening import fields
from screening.engine import definition

from .draft import Choices, Draft, choices_of
from .questionnaire import Questionnaire, not_sure_classes


def severities() -> Choices:
    return choices_of(definition.Severity)


class Variable(Draft):
    """A named condition that several rules share."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="variables")
    link_id = models.CharField("link id")
    title = fields.Wording()
    when = fields.RuleText()

    def __str__(self) -> str:
        return self.link_id


class Flag(Draft):
    """Something to discuss with a clinician."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="flags")
    link_id = models.CharField("link id")
    title = fields.Wording()
    group = models.CharField(blank=True, default="")
    why = fields.Wording()
    discussion = fields.Wording(help_text="What to talk about.")
    not_sure = models.CharField(choices=not_sure_classes, default="NS-1")
    must_be_established = models.BooleanField(default=False, help_text="No path may leave it undecided in silence.")
    monotone = fields.Lines(help_text="Numbers of which worse never makes it milder, one per line: phq9 higher")
    sources = fields.Citations()

    def __str__(self) -> str:
        return self.link_id


class Rule(Draft):
    """When a flag is raised at one severity."""

    OWNERS = ("flag",)
    QUESTIONNAIRE = "flag__questionnaire"

    flag = models.ForeignKey(Flag, models.CASCADE, related_name="rules")
    severity = models.CharField(choices=severities)
    when = fields.RuleText()
    action = fields.Wording(blank=True, help_text="What to do first at this severity, and by when. Often empty.")
    sources = fields.Citations()

    def __str__(self) -> str:
        return self.severity


class Note(Draft):
    """A line in the clinician's notes when `when` is true."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="notes")
    link_id = models.CharField("link id")
    text = fields.Wording()
    when = fields.RuleText()
    flag = models.CharField(blank=True, default="", help_text="Only while this flag is raised or not ruled out.")

    def __str__(self) -> str:
        return self.link_id


class Inconsistency(Draft):
    """Two answers that do not fit together."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="inconsistencies")
    link_id = models.CharField("link id")
    text = fields.Wording()
    when = fields.RuleText()

    class Meta(Draft.Meta):
        verbose_name_plural = "inconsistencies"

    def __str__(self) -> str:
        return self.link_id


class Parameter(Draft):
    """A named number that rules compare with."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="parameters")
    key = models.CharField()
    title = models.CharField()
    value = models.FloatField()
    unit = models.CharField(blank=True, default="")
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    sources = fields.Citations()

    def __str__(self) -> str:
        return self.key


class Profile(Draft):
    """A label profile that a clinic chooses."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="profiles")
    key = models.CharField()
    title = fields.Wording()

    def __str__(self) -> str:
        return self.key


class Source(Draft):
    """A document that content refers to."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="sources")
    key = models.CharField()
    title = models.TextField()
    year = models.CharField(blank=True, default="")
    url = models.CharField(blank=True, default="")
    profiles = fields.Keys(help_text="Empty: for every profile.")

    def __str__(self) -> str:
        return self.key


class Vocabulary(Draft):
    """The medicines that a question recognises."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="vocabularies")
    key = models.CharField()

    class Meta(Draft.Meta):
        verbose_name_plural = "vocabularies"

    def __str__(self) -> str:
        return self.key


class MedicineClass(Draft):
    """A group of medicines that rules name."""

    OWNERS = ("vocabulary",)
    QUESTIONNAIRE = "vocabulary__questionnaire"

    vocabulary = models.ForeignKey(Vocabulary, models.CASCADE, related_name="classes")
    key = models.CharField()
    title = fields.Wording()
    sources = fields.Citations()

    class Meta(Draft.Meta):
        verbose_name_plural = "medicine classes"

    def __str__(self) -> str:
        return self.key


class MedicineGroup(Draft):
    """Common medicines that a patient can pick, under a title in plain words."""

    OWNERS = ("vocabulary",)
    QUESTIONNAIRE = "vocabulary__questionnaire"

    vocabulary = models.ForeignKey(Vocabulary, models.CASCADE, related_name="groups")
    key = models.CharField()
    title = fields.Wording()
    medicines = fields.Keys(help_text="Codes of medicines, the most common first.")

    def __str__(self) -> str:
        return self.key


class Medicine(Draft):
    """A generic name, its brand names, its classes, and factors for dose equivalents."""

    OWNERS = ("vocabulary",)
    QUESTIONNAIRE = "vocabulary__questionnaire"

    vocabulary = models.ForeignKey(Vocabulary, models.CASCADE, related_name="medicines")
    code = models.CharField()
    name = models.CharField()
    brands = fields.Lines(help_text="One per line.")
    classes = fields.Keys(help_text="Keys of classes.")
    equivalents = fields.Amounts(help_text="Milligrams of the reference for 1 mg of this one: diazepam = 20")
    ask_dose = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code

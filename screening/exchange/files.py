"""A questionnaire from any file we read: our own YAML or JSON, or a FHIR Questionnaire in JSON."""

from __future__ import annotations

from pathlib import Path

from .fhir.reading import Imported, import_questionnaire, is_fhir
from .yaml import load_definition, parse_definition, read_file_text


def read_questionnaire(path: Path) -> Imported:
    """The questionnaire of a directory or file. Raises `ContentError` with every mistake of form."""
    if path.is_dir():
        return Imported(definition=load_definition(path))
    return parse_questionnaire(read_file_text(path), path.name)


def parse_questionnaire(text: str, name: str) -> Imported:
    """The questionnaire of a file's text; `name` stands for the file in messages. Raises `ContentError`."""
    if is_fhir(text):
        return import_questionnaire(text, name)
    return Imported(definition=parse_definition(text, name))

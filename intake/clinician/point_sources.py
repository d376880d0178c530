"""The sources of a point as they are printed, as far as they count for the clinic's label profile."""

from __future__ import annotations

import msgspec

from screening.engine.definition import Citation, Source

from .wording import Reading


class SourceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A source as it is printed. `checked` is false for general knowledge that a reviewer must still verify."""

    title: str
    section: str
    url: str
    checked: bool


def sources_of(own: tuple[Citation, ...], flag: tuple[Citation, ...], reading: Reading) -> tuple[SourceLine, ...]:
    """The sources of the rule that fired, or else of its flag, as far as they count for the clinic's profile.

    Where the profile hides all of them they are shown all the same: nothing is raised without saying where it is from.
    """
    for citations in (own, flag):
        if lines := _sources(citations, reading):
            return lines
    return _sources(own or flag, reading, of_any_profile=True)


def _sources(
    citations: tuple[Citation, ...], reading: Reading, *, of_any_profile: bool = False
) -> tuple[SourceLine, ...]:
    """The citations that count for this clinic's label profile, each with the document it names."""
    known = {source.key: source for source in reading.definition.sources}
    lines = []
    for citation in citations:
        source = known.get(citation.source)
        if source and source.profiles and not of_any_profile and reading.settings.profile not in source.profiles:
            continue
        url = source.url if source else ""
        title = _source_title(source) if source else citation.source
        lines.append(SourceLine(title=title, section=citation.section, url=url, checked=citation.checked))
    return tuple(lines)


def _source_title(source: Source) -> str:
    return f"{source.title} ({source.year})" if source.year else source.title

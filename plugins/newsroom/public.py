"""What the public has, as `/public/<year>.json` says it, so that nothing vanishes or changes without anyone knowing.

The next publishing compares with it. A digest here is of what a text says; it must be the same for the same content
whatever the page around it, the program that made it, and where the text lies.
"""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from plugins.newsroom.assignment import Assignment
from plugins.newsroom.newsroom import Newsroom
from plugins.newsroom.output import fingerprint
from plugins.newsroom.release import Release, State


def public_year(newsroom: Newsroom, year: int) -> dict[str, Any]:
    """Answer what the public has of a year, by id.

    Addresses, those moved from too, begin with "/" and are counted from the front page. `corrections` are the times
    (UTC) of all of them, silent ones too; `of_revision` says what each translation of a release is of.
    """
    return {
        "year": year,
        "releases": {id: _remembered(texts) for id, texts in _by_id(newsroom.by_year.get(year, ()), year)},
        "assignments": {id: _remembered(texts) for id, texts in _by_id(newsroom.assignments, year)},
    }


def content_hash(text: Release | Assignment) -> str:
    """Answer a digest of what the text says, not of the page around it: equal digests, nothing to correct."""
    if isinstance(text, Assignment):
        return _assignment_hash(text)
    if text.withdrawn:  # what it said is no longer public, not even as a digest
        return fingerprint(text.title)
    return fingerprint(
        text.title,
        text.lead,
        text.written_digest,
        repr([(i.file, i.alt, i.caption, i.credit, i.terms.slug, i.source_digest) for i in text.images]),
        repr([(d.file, d.title, d.download.sha256) for d in text.documents]),
        repr([(link.text, link.url) for link in text.links]),
    )


def _assignment_hash(text: Assignment) -> str:
    said = (
        text.title, text.issuer, text.ministry, text.recipient, text.decision_date, text.decision_number,
        text.case_number, text.operative, text.tasks, text.consult_with, text.deadlines, text.funding,
        text.conditions, text.legal_refs, text.signatories, text.copies_to, text.written_digest,
        [(d.file, d.title, d.download.sha256) for d in text.documents], sorted(text.missing),
    )  # fmt: skip
    return fingerprint(repr(said))


def _by_id(texts: Iterable[Release | Assignment], year: int) -> list[tuple[str, list[Release | Assignment]]]:
    found: dict[str, list[Release | Assignment]] = {}
    for text in texts:
        if text.year == year and text.state is State.PUBLIC:
            found.setdefault(text.id, []).append(text)
    return sorted(found.items())


def _remembered(texts: list[Release | Assignment]) -> dict[str, Any]:
    texts = sorted(texts, key=lambda text: text.language)
    first = next((text for text in texts if text.language == text.original_language), texts[0])
    entry: dict[str, Any] = {
        "language": first.original_language,
        "addresses": {text.language: f"/{text.address}" for text in texts},
        "moved_from": sorted({f"/{address}" for text in texts for address in text.moved_from}),
        "content": {text.language: content_hash(text) for text in texts},
    }
    corrections = [correction.at.astimezone(UTC).isoformat() for correction in first.corrections]
    if not isinstance(first, Release):
        return {"revision": first.revision, "corrections": corrections, **entry}
    translated = {text.language: text.of_revision for text in texts if isinstance(text, Release) and text.of_revision}
    return {
        "revision": first.revision,
        "withdrawn": first.withdrawn is not None,
        "corrections": corrections,
        "of_revision": translated,
        **entry,
    }

"""What machines read about releases: each release's own record, the newest, and what was ever public."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from plugins.edition.stage import Stage
from plugins.newsroom import Assignment, Bundle, Input, Newsroom, Output, Release, State, dates, fingerprint
from plugins.newsroom.record import json_bytes, release_json, release_json_address, release_json_inputs

NEWEST = 10


def outputs(stage: Stage) -> Iterator[Output | Bundle]:
    newsroom = stage.newsroom
    for language in newsroom.languages:
        yield _json(f"{newsroom.addresses.home(language)}senaste.json", newest(newsroom, language))
    for year in sorted(newsroom.by_year.keys() | {assignment.year for assignment in newsroom.assignments}):
        releases = newsroom.by_year.get(year, ())
        yield stage.bundle(f"what was public of {year}", releases, partial(_of_year, newsroom, year))


def record(release: Release, stage: Stage) -> Output:
    """Answer the release's `release.json`."""
    return Output(
        path=release_json_address(release),
        inputs=release_json_inputs(release, stage.newsroom),
        render=partial(release_json, release, stage.newsroom, stage.bodies),
    )


def _of_year(newsroom: Newsroom, year: int) -> Iterator[Output]:
    yield _json(f"public/{year}.json", memory(newsroom, year))


def newest(newsroom: Newsroom, language: str) -> list[dict[str, str]]:
    """Answer the newest releases for the small script, newest first, with words in `language` around them.

    Addresses are links from the root of the host. Withdrawn releases are left out: nobody is led to them.
    """
    shown = [release for release in newsroom.listed(language) if not release.withdrawn]
    return [
        {
            "title": release.title,
            "lead": release.lead,
            "address": newsroom.site.href(release.address),
            "published": newsroom.local(release.published).isoformat(),
            "day": dates.day(newsroom.local(release.published), language),
            "type": release.type.label[language],
            "language": release.language,
            "language_name": dates.language_name(release.language, language),
        }
        for release in shown[:NEWEST]
    ]


def memory(newsroom: Newsroom, year: int) -> dict[str, Any]:
    """Answer what the public has of a year: by id, so that nothing vanishes or changes without anyone knowing.

    Addresses, those moved from too, begin with "/" and are counted from the front page.
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
        repr([(i.file, i.alt, i.caption, i.credit, i.terms.slug, i.original.sha256) for i in text.images]),
        repr([(d.file, d.title, d.download.sha256) for d in text.documents]),
        repr([(link.text, link.url) for link in text.links]),
    )


def _assignment_hash(text: Assignment) -> str:
    said = (
        text.title, text.issuer, text.ministry, text.recipient, text.decision_date, text.decision_number,
        text.case_number, text.operative, text.tasks, text.consult_with, text.deadlines, text.funding,
        text.conditions, text.legal_refs, text.signatories, text.copies_to, text.written_digest,
        [(d.file, d.title, d.download.sha256) for d in text.documents],
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
    if isinstance(first, Release):
        entry = {"revision": first.revision, "withdrawn": first.withdrawn is not None, **entry}
    return entry


def _json(path: str, data: object) -> Output:
    """An output that reads nothing but the data: gathered now (it is small), written when asked for."""
    return Output(path=path, inputs=(Input(path, fingerprint(repr(data))),), render=partial(json_bytes, data))

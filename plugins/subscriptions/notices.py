"""`/notices.json`: what the list may send. Letters are made from this and from what it points at, once deployed.

A notice is one revision of one release: its publication, a clarification, a correction or its withdrawal. Once a
release is withdrawn only that may still be told, for nobody shall get a letter about what no longer holds. Of a
release that was taken over from elsewhere only what happened since is told.

Assignments stand apart, under `assignments`: nobody is told of them who hasn't asked for it. Of those too each
clarification and correction is a notice.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

from plugins.edition.stage import Stage
from plugins.newsroom import Assignment, Bundle, Input, Newsroom, Output, Release, State, fingerprint
from plugins.newsroom.record import (
    assignment_json_address,
    assignment_json_output,
    json_bytes,
    release_json_address,
    release_json_output,
)

NEWEST = 500
NEWEST_ASSIGNMENTS = 50
FORMAT = 1


T = TypeVar("T", Release, Assignment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Generic[T]):
    """One thing to tell: revision number `revision` of a release or an assignment, made at `at`.

    `kind` is `release` (that it was published), `clarification`, `correction` or `withdrawal`; `versions` are the
    text's languages, the original first.
    """

    at: datetime
    revision: int
    kind: str
    versions: tuple[T, ...]

    @property
    def original(self) -> T:
        return self.versions[0]

    @property
    def order(self) -> tuple[float, str, int]:
        """Answer what it is sorted by: the newest first; equal times are ordered by id and revision."""
        return -self.at.timestamp(), self.original.id, -self.revision


def outputs(stage: Stage) -> Iterator[Bundle]:
    read = _candidates(stage.newsroom)
    yield stage.bundle("notices", read, partial(_notices, stage))


def _notices(stage: Stage) -> Iterator[Output]:
    newsroom = stage.newsroom
    told = notices(newsroom)
    decided = assignments(newsroom)
    records = {
        **{r.source: release_json_output(r, newsroom, stage.bodies) for each in told for r in each.versions},
        **{a.source: assignment_json_output(a, newsroom, stage.bodies) for each in decided for a in each.versions},
    }
    yield Output(
        path="notices.json",
        inputs=(
            newsroom.site.input,
            newsroom.publisher.input,
            Input("demonstration", fingerprint(str(newsroom.demonstration))),
            *dict.fromkeys(each for record in records.values() for each in record.inputs),
        ),
        render=partial(notices_json, told, newsroom, lambda text: stage.digest(records[text.source])),
    )


def notices(newsroom: Newsroom) -> tuple[Notice[Release], ...]:
    """Answer the newest things to tell of releases, in order."""
    versions: dict[str, list[Release]] = {}
    for release in _candidates(newsroom):
        versions.setdefault(release.id, []).append(release)
    told = [notice for texts in versions.values() for notice in _of(_original_first(texts))]
    return tuple(sorted(told, key=lambda notice: notice.order)[:NEWEST])


def assignments(newsroom: Newsroom) -> tuple[Notice[Assignment], ...]:
    """Answer the newest things to tell of assignments, in order."""
    versions: dict[str, list[Assignment]] = {}
    for text in newsroom.assignments:
        if text.state is State.PUBLIC:
            versions.setdefault(text.id, []).append(text)
    told = [notice for texts in versions.values() for notice in _of_assignment(_original_first(texts))]
    return tuple(sorted(told, key=lambda notice: notice.order)[:NEWEST_ASSIGNMENTS])


def _candidates(newsroom: Newsroom) -> list[Release]:
    """Answer the public releases, in every language, that are among the newest or have been changed since."""
    # a preview shows more than what is public, but nothing of it may be sent
    public = [release for release in newsroom.releases if release.state is State.PUBLIC]
    originals = (release.id for release in public if release.news and not release.is_translation)
    ids = {*islice(originals, NEWEST), *(release.id for release in public if release.corrections or release.withdrawn)}
    return [release for release in public if release.id in ids]


def notices_json(
    told: Iterable[Notice[Release]], newsroom: Newsroom, digest_of: Callable[[Release | Assignment], str]
) -> bytes:
    """Answer the bytes of notices.json. Each language's `record` names its `release.json` and the SHA-256 of its
    bytes, so that a letter is made from exactly what was announced: `digest_of` answers it.
    """
    records: dict[str, dict[str, str]] = {}
    for release in {version.source: version for notice in told for version in notice.versions}.values():
        address = newsroom.site.absolute(release_json_address(release))
        records[release.source] = {"address": address, "sha256": digest_of(release)}
    return json_bytes(
        {
            "format": FORMAT,
            "site": newsroom.site.absolute(""),
            "demonstration": newsroom.demonstration,
            "publisher": dict(newsroom.publisher.label.texts),
            "notices": [_entry(notice, newsroom, records) for notice in told],
            "assignments": [_decision(notice, newsroom, digest_of) for notice in assignments(newsroom)],
        }
    )


def _original_first(texts: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(texts, key=lambda text: (text.language != text.original_language, text.language)))


def _of(versions: tuple[Release, ...]) -> list[Notice[Release]]:
    """Answer what may be told of one release."""
    release = versions[0]
    changes = [(correction.at, correction.kind.value) for correction in release.told]
    if release.withdrawn:
        changes.append((release.withdrawn.at, "withdrawal"))
    told = [(release.published, "release"), *sorted(changes)]
    all_told = [
        Notice(at=at, revision=revision, kind=kind, versions=versions)
        for revision, (at, kind) in enumerate(told, start=1)
        if at in release.news
    ]
    return [notice for notice in all_told if notice.kind == "withdrawal"] if release.withdrawn else all_told


def _of_assignment(versions: tuple[Assignment, ...]) -> list[Notice[Assignment]]:
    told = [(versions[0].published, "release"), *((c.at, c.kind.value) for c in versions[0].told)]
    return [
        Notice(at=at, revision=revision, kind=kind, versions=versions)
        for revision, (at, kind) in enumerate(told, start=1)
    ]


def _entry(notice: Notice[Release], newsroom: Newsroom, records: dict[str, dict[str, str]]) -> dict[str, Any]:
    release = notice.original
    return {
        "id": release.id,
        "revision": notice.revision,
        "kind": notice.kind,
        "at": newsroom.local(notice.at).isoformat(),
        "published": newsroom.local(release.published).isoformat(),
        "urgent": release.urgent,
        "topics": {
            "type": release.type.slug,
            "audiences": sorted(audience.slug for audience in release.audiences),
            "keywords": sorted(keyword.slug for keyword in release.keywords),
        },
        "original_language": release.original_language,
        "languages": {
            version.language: {
                "title": version.title,
                "lead": None if version.withdrawn else version.lead,
                "address": newsroom.site.absolute(version.address),
                "record": records[version.source],
            }
            for version in notice.versions
        },
    }


def _decision(
    notice: Notice[Assignment], newsroom: Newsroom, digest_of: Callable[[Release | Assignment], str]
) -> dict[str, Any]:
    original = notice.original
    return {
        "id": original.id,
        "revision": notice.revision,
        "kind": notice.kind,
        "at": newsroom.local(notice.at).isoformat(),
        "published": newsroom.local(original.published).isoformat(),
        "urgent": False,
        "original_language": original.original_language,
        "languages": {
            version.language: {
                "title": version.title,
                "lead": version.operative[0],
                "address": newsroom.site.absolute(version.address),
                "record": {
                    "address": newsroom.site.absolute(assignment_json_address(version)),
                    "sha256": digest_of(version),
                },
            }
            for version in notice.versions
        },
    }

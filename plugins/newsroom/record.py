"""A release as open data: the bytes of `release.json`, which others build on and letters are made from.

`release.schema.json` beside this file describes it; what stands there is a promise. Keys may be added; none is
renamed or given another meaning unless `format` says another number.
"""

import json
from datetime import datetime
from functools import cache, partial
from typing import Any

from plugins.newsroom.assignment import Assignment
from plugins.newsroom.contact import Contact
from plugins.newsroom.image import Document, File, Image, Rendition
from plugins.newsroom.links import absolute_links
from plugins.newsroom.newsroom import Bodies, Newsroom
from plugins.newsroom.output import Input, Output, fingerprint
from plugins.newsroom.release import Correction, Release
from plugins.newsroom.topics import Topic

FORMAT = 1


def json_bytes(data: object) -> bytes:
    """Answer JSON as the press room writes it for programs: UTF-8, letters as they are, keys in the given order, on one
    line. Browsers unfold it for people; to indent it takes Python two to three times as long.
    """
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def release_json_address(release: Release) -> str:
    """Answer the address of the release's `release.json`."""
    return f"{release.address}release.json"


def release_json(release: Release, newsroom: Newsroom, bodies: Bodies) -> bytes:
    """Answer the bytes of `release.json`: everything of one release in one language, with whole addresses.

    A withdrawn release keeps its title and says why it was withdrawn; what it told is gone.
    """
    body = "" if release.withdrawn else bodies.html(release)
    return json_bytes(_record(release, newsroom, absolute_links(body, newsroom.site)))


def release_json_inputs(release: Release, newsroom: Newsroom) -> tuple[Input, ...]:
    """Answer everything that `release_json` reads."""
    named = (_answers(release, newsroom), replacement(release, newsroom))
    return (
        release.input,
        newsroom.site.input,
        newsroom.publisher.input,
        *_of_newsroom(newsroom, release.language),
        Input(f"texts named in {release.source}", fingerprint(repr(named))),
    )


def release_json_output(release: Release, newsroom: Newsroom, bodies: Bodies) -> Output:
    """Answer the release's `release.json` as an output."""
    return Output(
        path=release_json_address(release),
        inputs=release_json_inputs(release, newsroom),
        render=partial(release_json, release, newsroom, bodies),
    )


def assignment_json_address(assignment: Assignment) -> str:
    """Answer the address of the assignment's `assignment.json`."""
    return f"{assignment.address}assignment.json"


def assignment_json(assignment: Assignment, newsroom: Newsroom, bodies: Bodies) -> bytes:
    """Answer the bytes of `assignment.json`: an assignment told in a release's form, with whole addresses, for who
    tells of both.
    """
    absolute, language = newsroom.site.absolute, assignment.language
    html = absolute_links(bodies.html(assignment), newsroom.site)
    return json_bytes(
        {
            "format": FORMAT,
            "id": assignment.id,
            "revision": assignment.revision,
            "language": language,
            "original_language": assignment.original_language,
            "official": True,
            "of_revision": None,
            "type": {"slug": "assignment", "label": assignment.issuer},
            "audiences": [],
            "keywords": [],
            "published": _iso(assignment.published, newsroom),
            "updated": _iso(assignment.updated, newsroom),
            "urgent": False,
            "case_number": assignment.case_number,
            "title": assignment.title,
            "lead": assignment.operative[0],
            "decision": _decision(assignment),
            "body_html": html or None,
            "missing": [],
            "corrections": [_correction(correction, newsroom) for correction in assignment.corrections],
            "withdrawn": None,
            "contacts": [_contact(newsroom.press_desk, language)],
            "images": [],
            "documents": [_document(document, newsroom) for document in assignment.documents],
            "links": [{"text": link.text, "url": link.url} for link in assignment.legal_refs],
            "responds_to": [],
            "publisher": _publisher(newsroom, language),
            "boilerplate": newsroom.boilerplate[language],
            "addresses": {
                "html": absolute(assignment.address), "json": absolute(assignment_json_address(assignment))
            },
            "versions": [
                {"language": version.language, "title": version.title, "address": absolute(version.address)}
                for version in assignment.versions
            ],
        }
    )


def assignment_json_output(assignment: Assignment, newsroom: Newsroom, bodies: Bodies) -> Output:
    """Answer the assignment's `assignment.json` as an output."""
    return Output(
        path=assignment_json_address(assignment),
        inputs=(
            assignment.input,
            newsroom.site.input,
            newsroom.publisher.input,
            newsroom.press_desk.input,
            *_of_newsroom(newsroom, assignment.language),
        ),
        render=partial(assignment_json, assignment, newsroom, bodies),
    )


def _of_newsroom(newsroom: Newsroom, language: str) -> tuple[Input, ...]:
    return (
        _input("timezone", newsroom.timezone.key),
        _input(f"boilerplate:{language}", newsroom.boilerplate[language]),
    )


@cache
def _input(name: str, text: str) -> Input:
    return Input(name, fingerprint(text))


def _decision(assignment: Assignment) -> dict[str, Any]:
    """Answer what was decided, after its first paragraph, which is the lead."""
    return {
        "date": assignment.decision_date.isoformat() if assignment.decision_date else None,
        "paragraphs": list(assignment.operative[1:]),
        "tasks": [task.text for task in assignment.tasks],
        "consult_with": list(assignment.consult_with),
        "deadlines": [
            {"date": each.date.isoformat(), "action": each.action, "to": each.to} for each in assignment.deadlines
        ],
        "conditions": list(assignment.conditions),
    }


def _record(release: Release, newsroom: Newsroom, body_html: str) -> dict[str, Any]:
    absolute, language = newsroom.site.absolute, release.language
    shown = release.withdrawn is None
    return {
        "format": FORMAT,
        "id": release.id,
        "revision": release.revision,
        "language": language,
        "original_language": release.original_language,
        "official": release.official,
        "of_revision": release.of_revision,
        "type": _topic(release.type, language),
        "audiences": [_topic(audience, language) for audience in release.audiences],
        "keywords": [
            {**_topic(keyword, language), "medtop": keyword.medtop} for keyword in release.keywords
        ],
        "published": _iso(release.published, newsroom),
        "updated": _iso(release.updated, newsroom),
        "urgent": release.urgent,
        "case_number": release.case_number,
        "title": release.title,
        "lead": release.lead if shown else None,
        "body_html": (body_html or None) if shown else None,
        "missing": list(release.missing),
        "corrections": [
            _correction(correction, newsroom, shown=shown) for correction in release.corrections
        ],
        "withdrawn": _withdrawn(release, newsroom),
        "contacts": [_contact(contact, language) for contact in release.contacts],
        "images": [_image(image, newsroom, language) for image in release.images] if shown else [],
        "documents": [_document(document, newsroom) for document in release.documents] if shown else [],
        "links": [{"text": link.text, "url": link.url} for link in release.links] if shown else [],
        "responds_to": [{"id": id, "address": absolute(address)} for id, address in _answers(release, newsroom)],
        "publisher": _publisher(newsroom, language),
        "boilerplate": newsroom.boilerplate[language],
        "addresses": {
            "html": absolute(release.address),
            "text": absolute(f"{release.address}release.txt"),
            "json": absolute(release_json_address(release)),
        },
        "versions": [
            {"language": version.language, "title": version.title, "address": absolute(version.address)}
            for version in release.versions
        ],
    }


def _publisher(newsroom: Newsroom, language: str) -> dict[str, Any]:
    return {
        "name": newsroom.publisher.label[language],
        "url": newsroom.publisher.url,
        "organisation_number": newsroom.publisher.organisation_number,
        "responsible_editor": newsroom.publisher.responsible_editor,
    }


def _iso(moment: datetime, newsroom: Newsroom) -> str:
    return newsroom.local(moment).isoformat()


def _correction(correction: Correction, newsroom: Newsroom, *, shown: bool = True) -> dict[str, Any]:
    told: dict[str, Any] = {"at": _iso(correction.at, newsroom), "kind": correction.kind.value, "text": correction.text}
    if correction.changes and shown:
        told["changes"] = [{"before": change.before, "after": change.after} for change in correction.changes]
    return told


def _topic(topic: Topic, language: str) -> dict[str, Any]:
    return {"slug": topic.slug, "label": topic.label[language]}


def _contact(contact: Contact, language: str) -> dict[str, Any]:
    return {
        "function": contact.function[language],
        "phone": {"text": contact.phone.text, "number": contact.phone.number} if contact.phone else None,
        "mail": contact.mail,
        "hours": contact.hours[language] if contact.hours else None,
        "languages": list(contact.languages),
    }


def _image(image: Image, newsroom: Newsroom, language: str) -> dict[str, Any]:
    return {
        "language": image.language,
        "alt": image.alt,
        "caption": image.caption,
        "credit": image.credit,
        "terms": {
            "slug": image.terms.slug,
            "label": image.terms.label[language],
            "text": image.terms.text[language],
            "url": image.terms.url,
        },
        "original": _rendition(image.original, newsroom),
        "renditions": [_rendition(rendition, newsroom) for rendition in image.renditions],
    }


def _rendition(rendition: Rendition, newsroom: Newsroom) -> dict[str, Any]:
    return {**_file(rendition, newsroom), "width": rendition.width, "height": rendition.height}


def _document(document: Document, newsroom: Newsroom) -> dict[str, Any]:
    return {"title": document.title, **_file(document.download, newsroom)}


def _file(file: File, newsroom: Newsroom) -> dict[str, Any]:
    return {
        "address": newsroom.site.absolute(file.address),
        "media_type": file.media_type,
        "bytes": file.bytes,
        "sha256": file.sha256,
    }


def _withdrawn(release: Release, newsroom: Newsroom) -> dict[str, Any] | None:
    if release.withdrawn is None:
        return None
    by = replacement(release, newsroom)
    return {
        "at": _iso(release.withdrawn.at, newsroom),
        "kind": release.withdrawn.kind.value,
        "reason": release.withdrawn.reason,
        "by": {"id": by[0], "address": newsroom.site.absolute(by[1])} if by else None,
    }


def replacement(release: Release, newsroom: Newsroom) -> tuple[str, str] | None:
    """Answer id and address of the release that replaces this one, if the public may know of it yet."""
    if release.withdrawn is None or release.withdrawn.by not in newsroom.by_id:
        return None
    new = newsroom.by_id[release.withdrawn.by]
    return new.id, next((v.address for v in new.versions if v.language == release.language), new.address)


def _answers(release: Release, newsroom: Newsroom) -> list[tuple[str, str]]:
    """Answer id and address of each public assignment that the release answers to."""
    if not release.responds_to:
        return []
    addresses = {a.id: a.address for a in newsroom.listed_assignments(release.language)}
    return [(id, addresses[id]) for id in release.responds_to if id in addresses]

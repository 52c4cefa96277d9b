"""A release as plain text: for those who copy it into their own system, and for screens that show nothing else."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from plugins.edition.stage import Stage
from plugins.newsroom import (
    Bodies,
    Contact,
    CorrectionKind,
    Document,
    Image,
    Newsroom,
    Output,
    Release,
    State,
    WithdrawalKind,
    dates,
)
from plugins.newsroom.links import absolute_links
from plugins.newsroom.readable import readable
from plugins.newsroom.record import release_json_inputs, replacement
from plugins.newsroom.typewriter import underlined
from plugins.pages.words import Words

_CORRECTED = {
    CorrectionKind.CORRECTION: "Corrected %(time)s: %(text)s",
    CorrectionKind.CLARIFICATION: "Clarified %(time)s: %(text)s",
}
_WITHDRAWN = {
    WithdrawalKind.WITHDRAWN: "Withdrawn",
    WithdrawalKind.IN_ERROR: "Published in error and withdrawn",
    WithdrawalKind.REPLACED: "Withdrawn and replaced",
}


def output(release: Release, stage: Stage, words: Words) -> Output:
    """Answer the release's `release.txt`, with `words` in its language."""
    return Output(
        path=f"{release.address}release.txt",
        inputs=(*release_json_inputs(release, stage.newsroom), words.input),
        render=partial(release_txt, release, stage.newsroom, stage.bodies, words),
    )


def release_txt(release: Release, newsroom: Newsroom, bodies: Bodies, words: Words) -> bytes:
    """Answer the release as UTF-8 text; a withdrawn one says so in place of what it told."""
    told = _withdrawal(release, newsroom, words) if release.withdrawn else _told(release, newsroom, bodies, words)
    parts = [
        _first_line(release, newsroom, words),
        underlined(release.title, "="),
        *told,
        _section(words, "Press contact", [_contact(contact, release) for contact in release.contacts], "\n\n"),
        newsroom.boilerplate[release.language],
        newsroom.site.absolute(release.address),
    ]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _told(release: Release, newsroom: Newsroom, bodies: Bodies, words: Words) -> Iterator[str]:
    site = newsroom.site
    original = [site.absolute(v.address) for v in release.versions if v.language == release.original_language]
    if release.is_translation and not release.official:
        yield " ".join([_say(words, "Unofficial translation."), *original])
    if release.is_translation and release.is_behind:
        yield " ".join([_say(words, "The original has been changed since it was translated."), *original])
    yield "\n".join(_corrections(release, newsroom, words))
    yield release.lead
    if "body" in release.missing:
        yield _say(words, "The source does not contain the body of this text.")
    yield readable(absolute_links(bodies.html(release), site))
    yield _section(words, "Images", [_image(image, release, newsroom, words) for image in release.images])
    yield _section(words, "Documents", [_document(document, release, newsroom) for document in release.documents])
    yield _section(words, "Links", [f"- {link.text} ({link.url})" for link in release.links])


def _withdrawal(release: Release, newsroom: Newsroom, words: Words) -> Iterator[str]:
    if release.withdrawn is None:
        return
    heading = _say(words, _WITHDRAWN[release.withdrawn.kind])
    yield f"{heading}: {_moment(release.withdrawn.at, release, newsroom)}. {release.withdrawn.reason}"
    if by := replacement(release, newsroom):
        yield f"{_say(words, 'Read instead:')} {newsroom.site.absolute(by[1])}"


def _first_line(release: Release, newsroom: Newsroom, words: Words) -> str:
    language = release.language
    parts = [
        release.type.label[language],
        newsroom.publisher.label[language],
        _moment(release.published, release, newsroom),
    ]
    if release.case_number:
        parts.append(f"{_say(words, 'Case number')}: {release.case_number}")
    if release.state is not State.PUBLIC:
        parts.insert(0, _say(words, "Not public yet"))
    return " · ".join(parts)


def _corrections(release: Release, newsroom: Newsroom, words: Words) -> Iterator[str]:
    """Answer the changes that readers are told of, the latest first."""
    for correction in sorted(release.corrections, key=lambda correction: correction.at, reverse=True):
        if message := _CORRECTED.get(correction.kind):
            yield _say(words, message, time=_moment(correction.at, release, newsroom), text=correction.text)


def _contact(contact: Contact, release: Release) -> str:
    lines = [contact.function[release.language]]
    if contact.phone:
        lines.append(f"{contact.phone.text} ({contact.phone.number})")
    if contact.mail:
        lines.append(contact.mail)
    if contact.hours:
        lines.append(contact.hours[release.language])
    return "\n".join(lines)


def _image(image: Image, release: Release, newsroom: Newsroom, words: Words) -> str:
    credit = f"{_say(words, 'Image:')} {image.credit}"
    address = newsroom.site.absolute(image.original.address)
    return f"- {image.caption or image.alt}\n  {credit}. {image.terms.text[release.language]}\n  {address}"


def _document(document: Document, release: Release, newsroom: Newsroom) -> str:
    size = dates.size(document.download.bytes, release.language)
    return f"- {document.title} ({size})\n  {newsroom.site.absolute(document.download.address)}"


def _moment(at: datetime, release: Release, newsroom: Newsroom) -> str:
    """Answer the agency's time with its distance from UTC: the text may be read anywhere."""
    local = newsroom.local(at)
    return f"{dates.moment(local, release.language)} (UTC{local.isoformat()[-6:]})"


def _section(words: Words, heading: str, lines: list[str], between: str = "\n") -> str:
    return f"{underlined(_say(words, heading))}\n\n{between.join(lines)}" if lines else ""


def _say(words: Words, message: str, **values: object) -> str:
    """Answer the message as text: catalogues speak HTML."""
    return words.gettext(message, **values).unescape()

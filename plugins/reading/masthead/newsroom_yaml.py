"""newsroom.yaml taken apart and judged: from what people wrote there to a masthead."""

from typing import TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plugins.newsroom import (
    Addresses,
    Audience,
    Contact,
    Fault,
    Faults,
    Input,
    Keyword,
    Localized,
    Phone,
    Publisher,
    ReleaseType,
    SecurityPolicy,
    Site,
    Terms,
    fingerprint,
)
from plugins.reading.manuscripts import frontmatter, shaping
from plugins.reading.manuscripts.manuscript import Manuscript, Path
from plugins.reading.masthead.masthead import FILE, ListedDocument, ListedImage, Masthead, choices
from plugins.reading.masthead.newsroom_schema import NewsroomShape


def masthead(data: bytes, url: str = "") -> Masthead:
    """Answer what the file says; `url` (Pelican's SITEURL), if given, goes before the file's own.

    Raises Faults with all that is wrong in it.
    """
    manuscript = _manuscript(data)
    # What comes from the settings must be as right as what stands in the file
    front = {**manuscript.front, "url": url} if url else manuscript.front
    shape = shaping.shaped(front, manuscript, NewsroomShape)
    faults = [*_language_faults(shape, manuscript), *_reference_faults(shape, manuscript)]
    timezone = _timezone(shape, manuscript, faults)
    if faults:
        raise Faults(faults)
    return Masthead(
        input=Input(FILE, fingerprint(data, shape.url)),
        site=Site(shape.url),
        addresses=Addresses(shape.languages),
        timezone=timezone,
        languages=shape.languages,
        demonstration=shape.demonstration,
        publisher=Publisher(
            label=_words(shape.publisher.name, shape),
            url=shape.publisher.url,
            tag_authority=shape.publisher.tag_authority,
            organisation_number=shape.publisher.organisation_number,
            responsible_editor=shape.publisher.responsible_editor,
        ),
        desk=shape.press_desk,
        contacts={slug: _contact(slug, shape) for slug in shape.contacts},
        keywords={
            slug: Keyword(slug=slug, label=_words(k.name, shape), medtop=k.medtop, aliases=k.aliases)
            for slug, k in shape.keywords.items()
        },
        types={
            slug: ReleaseType(slug=slug, label=_words(t.name, shape), plural=_words(t.plural, shape))
            for slug, t in shape.types.items()
        },
        audiences={slug: Audience(slug=slug, label=_words(a.name, shape)) for slug, a in shape.audiences.items()},
        terms={
            slug: Terms(slug=slug, label=_words(t.name, shape), text=_words(t.text, shape), url=t.url)
            for slug, t in shape.terms.items()
        },
        boilerplate=_words(shape.boilerplate, shape),
        introduction=_words(shape.introduction, shape),
        teaser=_words(shape.teaser, shape),
        subscription_promise=_words(shape.subscription.promise, shape),
        subscription_endpoint=shape.subscription.endpoint,
        security=_security(shape),
        images=tuple(
            ListedImage(
                file=image.file,
                alt=_words(image.alt, shape),
                caption=_words(image.caption, shape) if image.caption else None,
                credit=image.credit,
                terms=image.terms,
            )
            for image in shape.press_material.images
        ),
        documents=tuple(
            ListedDocument(file=document.file, title=_words(document.title, shape))
            for document in shape.press_material.documents
        ),
    )


def languages(data: bytes) -> tuple[str, ...]:
    """Answer the newsroom's languages as far as the file can be read; () if it can't."""
    try:
        found = _manuscript(data).front.get("languages")
    except Faults:
        return ()
    return tuple(str(language) for language in found) if isinstance(found, list) else ()


def line(data: bytes, path: Path) -> int:
    """Answer the line of a value. Raises Faults if the file can't be read."""
    return _manuscript(data).line(path)


def _manuscript(data: bytes) -> Manuscript:
    values, lines = frontmatter.load(frontmatter.decode(data, FILE), FILE)
    return Manuscript(FILE, values, lines, "", 0)


def _security(shape: NewsroomShape) -> SecurityPolicy | None:
    given = shape.security
    return SecurityPolicy(contact=given.contact, expires=given.expires, policy=given.policy) if given else None


def _words(texts: dict[str, str], shape: NewsroomShape) -> Localized:
    return Localized.of({language: texts[language] for language in shape.languages if language in texts})


def _contact(slug: str, shape: NewsroomShape) -> Contact:
    given = shape.contacts[slug]
    return Contact(
        slug=slug,
        function=_words(given.function, shape),
        phone=Phone(text=given.phone.text, number=given.phone.number) if given.phone else None,
        mail=given.mail,
        hours=_words(given.hours, shape) if given.hours else None,
        languages=given.languages,
        valid_until=given.valid_until,
    )


def _timezone(shape: NewsroomShape, manuscript: Manuscript, faults: list[Fault]) -> ZoneInfo:
    try:
        return ZoneInfo(shape.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "timezone is “{value}”; write a name like Europe/Stockholm"
        faults.append(Fault.at(FILE, manuscript.line(("timezone",)), message, value=shape.timezone))
        return ZoneInfo("UTC")


def _language_faults(shape: NewsroomShape, manuscript: Manuscript) -> list[Fault]:
    """Every text must at least be in the first language, and in none that the newsroom doesn't have."""
    faults = []
    for path in sorted(manuscript.lines, key=str):
        texts = _at(manuscript.front, path)
        if not _is_localized(texts):
            continue
        line = manuscript.line(path)
        if shape.languages[0] not in texts:
            message = "{key} lacks a text in the newsroom's first language, {language}"
            faults.append(Fault.at(FILE, line, message, key=".".join(map(str, path)), language=shape.languages[0]))
        for language in texts:
            if language not in shape.languages:
                message = "{language} is not among the newsroom's languages: {languages}"
                values = {"language": language, "languages": ", ".join(shape.languages)}
                faults.append(Fault.at(FILE, manuscript.line((*path, language)), message, **values))
    return faults


def _is_localized(value: object) -> TypeGuard[dict[str, str]]:
    """Answer whether the value is a text per language: two-letter keys, texts as values."""
    return isinstance(value, dict) and all(len(k) == 2 and isinstance(v, str) for k, v in value.items()) and value != {}


def _at(values: object, path: Path) -> object:
    for key in path:
        if isinstance(values, dict):
            values = values.get(key)
        elif isinstance(values, list) and isinstance(key, int):
            values = values[key]
    return values


def _reference_faults(shape: NewsroomShape, manuscript: Manuscript) -> list[Fault]:
    if shape.press_desk in shape.contacts:
        return []
    message = "{slug} is not listed under {key} in newsroom.yaml; choose among: {choices}"
    values = {"slug": shape.press_desk, "key": "contacts", "choices": choices(shape.press_desk, shape.contacts)}
    return [Fault.at(FILE, manuscript.line(("press_desk",)), message, **values)]

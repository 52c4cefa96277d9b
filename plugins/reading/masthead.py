"""newsroom.yaml: who publishes, whom to call, what may be chosen among."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plugins.media.darkroom import Darkroom
from plugins.media.unusable import Reason, UnusableFile
from plugins.newsroom import (
    Addresses,
    Audience,
    Contact,
    Document,
    Fault,
    Faults,
    Image,
    Input,
    Keyword,
    Localized,
    Noun,
    Phone,
    PressMaterial,
    Publisher,
    ReleaseType,
    SecurityPolicy,
    Site,
    Terms,
    fingerprint,
)
from plugins.reading import frontmatter, shaping
from plugins.reading.frontmatter import Manuscript
from plugins.reading.schema import NewsroomShape
from plugins.reading.selection import is_inside

FILE = "newsroom.yaml"
MATERIAL = "press-material"
"""The folder of the press material, below the content folder."""


@dataclass(frozen=True, kw_only=True)
class Masthead:
    """newsroom.yaml as nouns, each kind by its slug; `manuscript` keeps the lines for faults found later."""

    shape: NewsroomShape
    manuscript: Manuscript
    input: Input
    site: Site
    addresses: Addresses
    timezone: ZoneInfo
    publisher: Publisher
    contacts: dict[str, Contact]
    keywords: dict[str, Keyword]
    types: dict[str, ReleaseType]
    audiences: dict[str, Audience]
    terms: dict[str, Terms]

    @property
    def press_desk(self) -> Contact:
        return self.contacts[self.shape.press_desk]

    @property
    def listed(self) -> tuple[Noun, ...]:
        """Answer what newsroom.yaml lists and texts hold, in its order."""
        kinds = (self.contacts, self.keywords, self.types, self.audiences, self.terms)
        return tuple(noun for kind in kinds for noun in kind.values())

    def day(self, moment: datetime) -> date:
        """Answer the day it is at the agency."""
        return moment.astimezone(self.timezone).date()

    def security(self) -> SecurityPolicy | None:
        given = self.shape.security
        if given is None:
            return None
        return SecurityPolicy(contact=given.contact, expires=given.expires, policy=given.policy)


def read(content: Path, url: str = "") -> Masthead:
    """Answer what newsroom.yaml says; `url` (Pelican's SITEURL), if given, goes before the file's own.

    Raises Faults with all that is wrong in it.
    """
    manuscript, data = _manuscript(content)
    # What comes from the settings must be as right as what stands in the file
    front = {**manuscript.front, "url": url} if url else manuscript.front
    shape = shaping.shaped(front, manuscript, NewsroomShape)
    faults = [*_language_faults(shape, manuscript), *_reference_faults(shape, manuscript)]
    timezone = _timezone(shape, manuscript, faults)
    if faults:
        raise Faults(faults)
    return Masthead(
        shape=shape,
        manuscript=manuscript,
        input=Input(FILE, fingerprint(data, shape.url)),
        site=Site(shape.url),
        addresses=Addresses(shape.languages),
        timezone=timezone,
        publisher=Publisher(
            label=_words(shape.publisher.name, shape),
            url=shape.publisher.url,
            tag_authority=shape.publisher.tag_authority,
            organisation_number=shape.publisher.organisation_number,
            responsible_editor=shape.publisher.responsible_editor,
        ),
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
    )


def localized(texts: dict[str, str], masthead: Masthead) -> Localized:
    """Answer a text in the newsroom's order of languages."""
    return _words(texts, masthead.shape)


def languages(content: Path) -> tuple[str, ...]:
    """Answer the newsroom's languages as far as the file can be read; () if it can't."""
    try:
        manuscript, _ = _manuscript(content)
    except Faults:
        return ()
    found = manuscript.front.get("languages")
    return tuple(str(language) for language in found) if isinstance(found, list) else ()


def press_materials(content: Path, masthead: Masthead, darkroom: Darkroom) -> tuple[PressMaterial, ...]:
    """Answer the press material once per language. Raises Faults for files that are missing or can't be used."""
    material = masthead.shape.press_material
    language = masthead.shape.languages[0]
    address = masthead.addresses.section(language, "images")
    faults: list[Fault] = []
    images: list[tuple[Image, Localized, Localized | None]] = []
    documents: list[tuple[Document, Localized]] = []

    def fault(kind: str, index: int, message: str, **values: object) -> None:
        line = masthead.manuscript.line(("press_material", kind, index, "file"))
        faults.append(Fault.at(FILE, line, message, **values))

    for index, given in enumerate(material.images):
        file = content / MATERIAL / given.file
        if given.terms not in masthead.terms:
            message = "{slug} is not listed under {key} in newsroom.yaml; choose among: {choices}"
            terms = shaping.choices(given.terms, masthead.terms)
            fault("images", index, message, slug=given.terms, key="terms", choices=terms)
            continue
        alt = _words(given.alt, masthead.shape)
        caption = _words(given.caption, masthead.shape) if given.caption else None
        try:
            image = darkroom.develop(
                usable(content, file),
                address=address,
                language=language,
                alt=alt[language],
                caption=caption[language] if caption else None,
                credit=given.credit,
                terms=masthead.terms[given.terms],
            )
        except UnusableFile as error:
            fault("images", index, str(error), file=given.file)
        else:
            images.append((image, alt, caption))
    for index, document in enumerate(material.documents):
        title = _words(document.title, masthead.shape)
        try:
            file = usable(content, content / MATERIAL / document.file)
            documents.append((darkroom.attach(file, address=address, title=title[language]), title))
        except UnusableFile as error:
            fault("documents", index, str(error), file=document.file)
    if faults:
        raise Faults(faults)
    return tuple(_material_in(wanted, images, documents) for wanted in masthead.shape.languages)


def usable(content: Path, file: Path) -> Path:
    """Answer the file if it is really inside the content folder. Raises UnusableFile."""
    if not is_inside(content, file):
        raise UnusableFile(Reason.OUTSIDE)
    return file


def _material_in(
    language: str,
    images: list[tuple[Image, Localized, Localized | None]],
    documents: list[tuple[Document, Localized]],
) -> PressMaterial:
    return PressMaterial(
        language=language,
        images=tuple(
            replace(
                image,
                language=alt.language(language),
                alt=alt[language],
                caption=caption[language] if caption else None,
            )
            for image, alt, caption in images
        ),
        documents=tuple(replace(document, title=title[language]) for document, title in documents),
    )


def _manuscript(content: Path) -> tuple[Manuscript, bytes]:
    file = content / FILE
    try:
        data = file.read_bytes()
    except OSError:
        raise Faults([Fault.at(FILE, 0, "newsroom.yaml is missing in the content folder")]) from None
    values, lines = frontmatter.load(frontmatter.decode(data, FILE), FILE)
    return Manuscript(FILE, values, lines, "", 0), data


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


def _at(values: object, path: frontmatter.Path) -> object:
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
    values = {"slug": shape.press_desk, "key": "contacts", "choices": shaping.choices(shape.press_desk, shape.contacts)}
    return [Fault.at(FILE, manuscript.line(("press_desk",)), message, **values)]

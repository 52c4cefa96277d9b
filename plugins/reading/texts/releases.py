"""From a folder's files to one Release per language."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from plugins.newsroom import (
    Contact,
    Document,
    Image,
    Imported,
    Release,
    Withdrawal,
    WithdrawalKind,
)
from plugins.reading.manuscripts import shaping
from plugins.reading.manuscripts.manuscript import Path as Keys
from plugins.reading.manuscripts.schema import (
    DocumentShape,
    ImageShape,
    ImportedShape,
    ReleaseShape,
    TranslatedImage,
    TranslationShape,
)
from plugins.reading.manuscripts.written import written_digest
from plugins.reading.selection import Selected
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts import attachments, corrections
from plugins.reading.texts.notes import Notes
from plugins.reading.typesetting import typesetting

_ORIGINALS = ReleaseShape.model_fields.keys() - TranslationShape.model_fields.keys() - {"id"}
_ORIGINALS_IMAGE = ImageShape.model_fields.keys() - TranslatedImage.model_fields.keys()

F = TypeVar("F", TranslatedImage, DocumentShape)


def original(selected: Selected, around: Surroundings) -> Release:
    """Answer the release as it was written. Raises Faults with all that is wrong in the file."""
    manuscript = typesetting.manuscript(selected.source, around)
    shape = shaping.shape(manuscript, ReleaseShape)
    notes = Notes(manuscript, selected.source.language)
    source = selected.source
    masthead = around.masthead
    address = masthead.addresses.release(source.language, source.year, source.slug)
    _check_place(selected, around, notes)
    notes.check_clock(("published",), shape.published, around)
    types = notes.listed("type", [shape.type], masthead.types)
    around.darkroom.reserve(f"{address}release.txt")
    images = attachments.images(shape.images, selected, address, around, notes)
    documents = attachments.documents(shape.documents, selected, address, around, notes)
    corrected = corrections.of_original(shape.corrections, selected, around, notes)
    withdrawn = None
    if shape.withdrawn:
        withdrawn = Withdrawal(
            at=around.moment(shape.withdrawn.at),
            kind=WithdrawalKind(shape.withdrawn.kind),
            reason=shape.withdrawn.reason,
            by=shape.withdrawn.by,
        )
        if not around.preview and not selected.published <= withdrawn.at <= around.now:
            notes.fault(("withdrawn", "at"), "the withdrawal must lie between the publication and now")
    listed = frozenset(given.file for given in shape.images) | {given.file for given in shape.documents}
    release_body = _body(shape.missing, around, notes, images, documents, listed)
    audiences = notes.listed("audiences", shape.audiences, masthead.audiences)
    keywords = notes.listed("keywords", shape.keywords, masthead.keywords)
    contacts = _contacts(shape.contacts, selected, around, notes)
    notes.raise_if_any()
    return Release(
        id=shape.id,
        language=source.language,
        original_language=source.language,
        year=source.year,
        slug=source.slug,
        address=address,
        source=source.path,
        state=selected.state,
        type=types[0],
        audiences=audiences,
        published=around.moment(selected.published),
        case_number=shape.case_number,
        title=shape.title,
        lead=shape.lead,
        body_digest=release_body,
        written_digest=written_digest(manuscript, around),
        keywords=keywords,
        contacts=contacts,
        images=images,
        documents=documents,
        links=attachments.links(shape.links),
        urgent=shape.urgent,
        responds_to=shape.responds_to,
        corrections=corrected,
        withdrawn=withdrawn,
        imported=_imported(shape.imported, around),
        moved_from=attachments.old_addresses(shape.moved_from),
        missing=shape.missing,
        official=True,
        of_revision=None,
        versions=(),
    )


def translation(selected: Selected, of: Release, around: Surroundings) -> Release:
    """Answer the release in another language: its own words, all else the original's. Raises Faults."""
    manuscript = typesetting.manuscript(selected.source, around)
    notes = Notes(manuscript, selected.source.language)
    _check_nothing_repeated(of, notes)
    shape = shaping.shape(manuscript, TranslationShape)
    notes.check_clock(("published",), shape.published, around)
    source = selected.source
    notes.check_language(around.masthead)
    if shape.of_revision > of.revision:
        message = "of_revision is {given}, but the original has only reached revision {revision}"
        notes.fault(("of_revision",), message, given=shape.of_revision, revision=of.revision)
    images = _translated_images(of, shape.images, notes)
    documents = _translated_documents(of, shape.documents, notes)
    corrected = corrections.of_translation(of.corrections, shape.corrections, notes)
    withdrawn = of.withdrawn and replace(of.withdrawn, reason=shape.withdrawn or of.withdrawn.reason)
    release_body = _body(shape.missing, around, notes, images, documents, frozenset())
    notes.raise_if_any()
    return replace(
        of,
        language=source.language,
        address=around.masthead.addresses.release(source.language, source.year, source.slug),
        source=source.path,
        state=selected.state,
        published=around.moment(selected.published),
        title=shape.title,
        lead=shape.lead,
        body_digest=release_body,
        written_digest=written_digest(manuscript, around),
        images=images,
        documents=documents,
        links=of.links if shape.links is None else attachments.links(shape.links),
        corrections=corrected,
        withdrawn=withdrawn,
        moved_from=attachments.old_addresses(shape.moved_from),
        missing=shape.missing,
        official=shape.official,
        of_revision=shape.of_revision,
    )


def together(texts: Iterable[Release]) -> list[Release]:
    """Answer the language versions of one release, each knowing the others."""
    texts = list(texts)
    if len(texts) == 1:
        return texts
    return [replace(text, versions=attachments.versions(texts, text.language)) for text in texts]


def _check_place(selected: Selected, around: Surroundings, notes: Notes) -> None:
    source = selected.source
    notes.check_language(around.masthead)
    year = around.moment(selected.published).year
    if source.published is not None and year != source.year:
        message = "the release is published in {year} but lies in the folder {folder}; move it or change published"
        notes.fault(("published",), message, year=year, folder=source.year)
    if source.slug.startswith(("sida-", "page-")) and source.slug[5:].isdigit():
        notes.fault((), "{slug} is the address of a part of the archive; choose another name", slug=source.slug)


def _check_nothing_repeated(of: Release, notes: Notes) -> None:
    """Raise Faults for what a translation was copied with: the original says it for all languages."""
    front = notes.manuscript.front
    if "id" in front:
        message = "{language}.md is the original here, so this is a translation and has no id; see the README"
        notes.fault(("id",), message, language=of.language)
    images = front.get("images")
    repeated: list[Keys] = [(key,) for key in front if key in _ORIGINALS]
    for index, image in enumerate(images if isinstance(images, list) else []):
        repeated += [("images", index, key) for key in image if key in _ORIGINALS_IMAGE]
    for path in repeated:
        message = "{key} is taken from {language}.md; remove it here"
        notes.fault(path, message, key=path[-1], language=of.language)
    notes.raise_if_any()


def _body(
    missing: tuple[str, ...],
    around: Surroundings,
    notes: Notes,
    images: tuple[Image, ...],
    documents: tuple[Document, ...],
    listed: frozenset[str],
) -> str:
    manuscript = notes.manuscript
    is_missing, is_empty = "body" in missing, not manuscript.body.strip()
    if is_missing and not is_empty:
        notes.fault(("missing",), "missing says that there is no body, but there is one")
    elif is_empty and not is_missing:
        message = "there is no body; write it under the front matter, or say missing: [body] if the source has none"
        notes.fault((), message)
    return notes.attempt(lambda: typesetting.body(manuscript, around, images, documents, listed), "")


def _imported(given: ImportedShape | None, around: Surroundings) -> Imported | None:
    return Imported(at=around.moment(given.at), url=given.url) if given else None


def _contacts(
    slugs: tuple[str, ...], selected: Selected, around: Surroundings, notes: Notes
) -> tuple[Contact, ...]:
    """Answer those to call now: who left after publication gives way to the press desk, who left before is a fault."""
    masthead = around.masthead
    shown: dict[str, Contact] = {}
    for contact in notes.listed("contacts", slugs, masthead.contacts):
        if not contact.is_valid(masthead.day(selected.published)):
            message = "{slug} was valid until {day} and can't be the contact of a later release"
            notes.fault(("contacts", slugs.index(contact.slug)), message, slug=contact.slug, day=contact.valid_until)
        present = contact if contact.is_valid(masthead.day(around.now)) else masthead.press_desk
        shown.setdefault(present.slug, present)
    return tuple(shown.values()) or (masthead.press_desk,)


def _translated_images(of: Release, given: Iterable[TranslatedImage], notes: Notes) -> tuple[Image, ...]:
    texts = _by_file(of.images, given, "images", notes)
    return tuple(
        replace(image, language=notes.language, alt=text.alt, caption=text.caption)
        if (text := texts.get(image.file))
        else image
        for image in of.images
    )


def _translated_documents(of: Release, given: Iterable[DocumentShape], notes: Notes) -> tuple[Document, ...]:
    texts = _by_file(of.documents, given, "documents", notes)
    return tuple(
        replace(document, title=text.title) if (text := texts.get(document.file)) else document
        for document in of.documents
    )


def _by_file(
    nouns: Iterable[Image] | Iterable[Document], given: Iterable[F], key: str, notes: Notes
) -> dict[str, F]:
    """Answer the translated texts by file; note files that the original doesn't have."""
    known = {noun.file for noun in nouns}
    texts = {}
    for index, shape in enumerate(given):
        if shape.file not in known:
            notes.fault((key, index, "file"), "the original has no {file}", file=shape.file)
        texts[shape.file] = shape
    return texts

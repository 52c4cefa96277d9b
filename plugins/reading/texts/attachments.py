"""What stands beside a text's body: pictures, documents, links, its versions in other languages, its old addresses."""

from collections.abc import Iterable
from typing import Any

from plugins.media.unusable import UnusableFile
from plugins.newsroom import Document, Image, LanguageVersion, Link
from plugins.reading.manuscripts.schema import DocumentShape, ImageShape, LinkShape
from plugins.reading.selection import Selected, usable
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts.notes import Notes


def images(
    given: Iterable[ImageShape], selected: Selected, address: str, around: Surroundings, notes: Notes
) -> tuple[Image, ...]:
    """Develop the pictures of a text; note those that are missing, can't be read or have unknown terms."""
    developed: dict[str, Image] = {}
    for index, shape in enumerate(given):
        terms = around.masthead.terms.get(shape.terms)
        if terms is None:
            notes.not_listed(("images", index, "terms"), shape.terms, "terms", around.masthead.terms)
            continue
        if shape.file in developed:
            notes.fault(("images", index, "file"), "{slug} stands here twice", slug=shape.file)
            continue
        try:
            developed[shape.file] = around.darkroom.develop(
                usable(around.content, selected.source.file.parent / shape.file),
                address=address,
                language=selected.source.language,
                alt=shape.alt,
                caption=shape.caption,
                credit=shape.credit,
                terms=terms,
            )
        except UnusableFile as error:
            notes.fault(("images", index, "file"), str(error), file=shape.file)
    return tuple(developed.values())


def documents(
    given: Iterable[DocumentShape], selected: Selected, address: str, around: Surroundings, notes: Notes
) -> tuple[Document, ...]:
    """Attach the documents of a text; note those that are missing or can't be used."""
    attached: dict[str, Document] = {}
    for index, shape in enumerate(given):
        if shape.file in attached:
            notes.fault(("documents", index, "file"), "{slug} stands here twice", slug=shape.file)
            continue
        try:
            file = usable(around.content, selected.source.file.parent / shape.file)
            attached[shape.file] = around.darkroom.attach(file, address=address, title=shape.title)
        except UnusableFile as error:
            notes.fault(("documents", index, "file"), str(error), file=shape.file)
    return tuple(attached.values())


def versions(texts: Iterable[Any], language: str) -> tuple[LanguageVersion, ...]:
    """Answer where the same text stands in the other languages."""
    return tuple(
        LanguageVersion(language=text.language, address=text.address, title=text.title)
        for text in texts
        if text.language != language
    )


def links(given: Iterable[LinkShape]) -> tuple[Link, ...]:
    """Answer the links of a front matter as nouns."""
    return tuple(Link(text=link.text, url=link.url) for link in given)


def old_addresses(given: Iterable[str]) -> tuple[str, ...]:
    """Answer addresses as the press room writes them: without the first slash."""
    return tuple(address.lstrip("/") for address in given)

"""The press material that newsroom.yaml lists: wordmarks, portraits and documents, from `content/press-material/`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from plugins.media.darkroom import Darkroom
from plugins.media.unusable import UnusableFile
from plugins.newsroom import Document, Fault, Faults, Image, PressMaterial
from plugins.reading.masthead import masthead
from plugins.reading.masthead.masthead import ListedDocument, ListedImage, Masthead, choices
from plugins.reading.selection import usable

FOLDER = "press-material"
"""The folder of the press material, below the content folder."""


def press_materials(content: Path, head: Masthead, darkroom: Darkroom) -> tuple[PressMaterial, ...]:
    """Answer the press material once per language. Raises Faults for files that are missing or can't be used."""
    language = head.languages[0]
    address = head.addresses.section(language, "images")
    faults: list[Fault] = []
    images: list[tuple[ListedImage, Image]] = []
    documents: list[tuple[ListedDocument, Document]] = []

    def fault(kind: str, index: int, message: str, **values: object) -> None:
        faults.append(masthead.fault(content, ("press_material", kind, index, "file"), message, **values))

    for index, listed in enumerate(head.images):
        if listed.terms not in head.terms:
            message = "{slug} is not listed under {key} in newsroom.yaml; choose among: {choices}"
            terms = choices(listed.terms, head.terms)
            fault("images", index, message, slug=listed.terms, key="terms", choices=terms)
            continue
        try:
            image = darkroom.develop(
                usable(content, content / FOLDER / listed.file),
                address=address,
                language=language,
                alt=listed.alt[language],
                caption=listed.caption[language] if listed.caption else None,
                credit=listed.credit,
                terms=head.terms[listed.terms],
            )
        except UnusableFile as error:
            fault("images", index, str(error), file=listed.file)
        else:
            images.append((listed, image))
    for index, paper in enumerate(head.documents):
        try:
            file = usable(content, content / FOLDER / paper.file)
            documents.append((paper, darkroom.attach(file, address=address, title=paper.title[language])))
        except UnusableFile as error:
            fault("documents", index, str(error), file=paper.file)
    if faults:
        raise Faults(faults)
    return tuple(_in_language(wanted, images, documents) for wanted in head.languages)


def _in_language(
    language: str, images: Sequence[tuple[ListedImage, Image]], documents: Sequence[tuple[ListedDocument, Document]]
) -> PressMaterial:
    return PressMaterial(
        language=language,
        images=tuple(
            replace(
                image,
                language=listed.alt.language(language),
                alt=listed.alt[language],
                caption=listed.caption[language] if listed.caption else None,
            )
            for listed, image in images
        ),
        documents=tuple(replace(document, title=listed.title[language]) for listed, document in documents),
    )

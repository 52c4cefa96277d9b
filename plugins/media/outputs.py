"""What this room publishes: every size of every picture, and the documents."""

import hashlib
from collections.abc import Iterator
from functools import partial

from plugins.edition.stage import Stage
from plugins.newsroom import File, Image, Input, Newsroom, Output


class ChangedFile(Exception):
    """A file is not what it was when it was read, so nothing that has been said of it holds."""


def outputs(stage: Stage) -> Iterator[Output]:
    """Answer one output per file: those of a withdrawn release are not published, unless another text shows them."""
    for address, file in sorted(_published(stage.newsroom).items()):
        yield Output(
            path=address, inputs=(Input(f"file:{address}", file.sha256),), render=partial(_unchanged_bytes, file)
        )


def _published(newsroom: Newsroom) -> dict[str, File]:
    return {file.address: file for file in _files(newsroom)}


def _files(newsroom: Newsroom) -> Iterator[File]:
    for release in newsroom.releases:
        if not release.withdrawn:
            yield from _pictures(release.images)
            yield from (document.download for document in release.documents)
    for assignment in newsroom.assignments:
        yield from (document.download for document in assignment.documents)
    for material in newsroom.press_materials:
        yield from _pictures(material.images)
        yield from (document.download for document in material.documents)


def _pictures(images: tuple[Image, ...]) -> Iterator[File]:
    for image in images:
        yield image.original
        yield from image.renditions


def _unchanged_bytes(file: File) -> bytes:
    data = file.source.read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise ChangedFile(f"{file.source.name} has changed since it was read: build again")
    return data

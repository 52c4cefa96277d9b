"""What this room publishes: every size of every picture, and the documents."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial

from plugins.edition.stage import Stage
from plugins.newsroom import Bundle, File, Image, Input, Newsroom, Output, Release, Rendition


class ChangedFile(Exception):
    """A file is not what it was when it was read, so nothing that has been said of it holds."""


def outputs(stage: Stage) -> Iterator[Output | Bundle]:
    """Answer one output per file: those of a withdrawn release are not published, unless another text shows them."""
    newsroom = stage.newsroom
    for year, releases in newsroom.by_year.items():
        yield stage.bundle(f"files of {year}", releases, partial(_of_year, releases))
    yield from _outputs(_others(newsroom))


def _of_year(releases: Iterable[Release]) -> Iterator[Output]:
    # a picture that a text and its translation show is one file
    yield from _outputs(_of_releases(releases))


def _of_releases(releases: Iterable[Release]) -> Iterator[File]:
    for release in releases:
        if not release.withdrawn:
            yield from _pictures(release.images)
            yield from (document.download for document in release.documents)


def _outputs(files: Iterable[File]) -> Iterator[Output]:
    for address, file in sorted({file.address: file for file in files}.items()):
        yield Output(
            path=address, inputs=(Input(f"file:{address}", file.sha256),), render=partial(_unchanged_bytes, file)
        )


def _others(newsroom: Newsroom) -> Iterator[File]:
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
        if isinstance(file, Rendition):
            file.source.unlink()  # a finished picture that has been damaged since: the next build makes it anew
        raise ChangedFile(f"{file.source.name} has changed since it was read: build again")
    return data

"""From the file that a press officer put beside a text to the files that are published."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import PIL

from plugins.media import documents
from plugins.media.label import Label
from plugins.media.recipe import KINDS, RECIPE
from plugins.media.shelf import Kept, Shelf
from plugins.media.unusable import Reason, UnusableFile
from plugins.newsroom import Document, File, Image, Rendition, Terms, fingerprint
from plugins.newsroom.keeping import digest

MOST_PICTURE_BYTES = 50_000_000
MOST_DOCUMENT_BYTES = 100_000_000


class Darkroom:
    """Makes pictures and documents ready for one reading of the content.

    `cache` is the folder where finished pictures are kept between builds; it is made when the first one is.
    `rights_url` is the absolute address of the page that offers the pictures and says their terms.
    """

    def __init__(self, cache: Path, rights_url: str | None = None) -> None:
        self._shelf = Shelf(cache)
        self._rights_url = rights_url
        self._published: dict[str, str] = {}
        self.read: defaultdict[Path, dict[str, str]] = defaultdict(dict)
        """The digests of the bytes that were read, by folder and name: so that nobody takes later bytes for them."""

    def develop(
        self, source: Path, *, address: str, language: str, alt: str, caption: str | None, credit: str, terms: Terms
    ) -> Image:
        """Answer the picture in all its sizes, labelled, to be published in the folder with that address.

        The renditions come narrow to wide, WebP before JPEG (or PNG); the original keeps its name, a TIFF but for its
        ending. Raises UnusableFile.
        """
        label = Label(
            language=language,
            alt=alt,
            caption=caption,
            credit=credit,
            notice=terms.label,
            usage=terms.text,
            statement=terms.url or self._rights_url,
            licensor=self._rights_url,
        )
        kind = KINDS.get(source.suffix.lower())
        if kind is None:
            raise UnusableFile(Reason.PICTURE_KIND)
        data = self._read(source, MOST_PICTURE_BYTES, Reason.PICTURE_BYTES)
        negative = fingerprint(RECIPE, PIL.__version__, kind, data)
        *sizes, original = self._shelf.find(negative, label.key) or self._printed(data, kind, negative, label)
        ending = Path(original.name).suffix if kind == "TIFF" else source.suffix

        def rendition(kept: Kept, name: str) -> Rendition:
            return Rendition(
                address=self._claimed(address + name, kept.sha256),
                media_type=kept.media_type,
                bytes=kept.bytes,
                sha256=kept.sha256,
                place=str(self._shelf.path(negative, label.key, kept)),
                width=kept.width,
                height=kept.height,
            )

        return Image(
            file=source.name,
            source_digest=fingerprint(data),
            language=language,
            alt=alt,
            caption=caption,
            credit=credit,
            terms=terms,
            original=rendition(original, source.stem + ending),
            renditions=tuple(rendition(kept, f"{source.stem}-{kept.name}") for kept in sizes),
        )

    def attach(self, source: Path, *, address: str, title: str) -> Document:
        """Answer the document, to be published as it is in the folder with that address. Raises UnusableFile."""
        data = self._read(source, MOST_DOCUMENT_BYTES, Reason.DOCUMENT_BYTES)
        media_type = documents.media_type(data, source.suffix.lower())
        sha256 = hashlib.sha256(data).hexdigest()
        download = File(
            address=self._claimed(address + source.name, sha256),
            media_type=media_type,
            bytes=len(data),
            sha256=sha256,
            place=str(source),
        )
        return Document(title=title, file=source.name, download=download)

    def reserve(self, address: str) -> None:
        """Keep an address free for another file that the room itself makes."""
        self._published[address.casefold()] = ""

    def holds(self, files: Sequence[tuple[str, int]]) -> bool:
        """Answer whether the finished files of a picture, each with its size in bytes, still lie here, and count the
        picture as asked for.
        """
        return self._shelf.holds(files)

    def prune(self) -> None:
        """Forget the finished pictures that this darkroom has not been asked for.

        Ask only after all that is to be published has been developed, and while nobody else builds from the same cache.
        """
        self._shelf.prune()

    def _printed(self, data: bytes, kind: str, negative: str, label: Label) -> tuple[Kept, ...]:
        from plugins.media import picture  # noqa: PLC0415 - Pillow is slow to import, and most builds make no picture

        full = replace(label, source_type=picture.source_type(data))  # follows from the bytes: the keys are the same
        pixels = self._shelf.pixels(negative) or picture.read(data, kind).encoded()
        return self._shelf.keep(negative, label.key, [encoded.labelled(full) for encoded in pixels])

    def _claimed(self, address: str, sha256: str) -> str:
        """Answer the address; raises UnusableFile if other bytes have it already, on any kind of file system."""
        if self._published.setdefault(address.casefold(), sha256) != sha256:
            raise UnusableFile(Reason.SAME_NAME)
        return address

    def _read(self, source: Path, most: int, too_large: Reason) -> bytes:
        try:
            if source.stat().st_size > most:
                raise UnusableFile(too_large)
            data = source.read_bytes()
        except OSError:
            raise UnusableFile(Reason.UNREADABLE) from None
        if not data:
            raise UnusableFile(Reason.EMPTY)
        self.read[source.parent][source.name] = digest(data)
        return data

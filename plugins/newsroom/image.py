"""Pictures and documents, and what may be done with them."""

from dataclasses import dataclass
from pathlib import Path

from plugins.newsroom.localized import Localized
from plugins.newsroom.output import Noun


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Noun):
    """Under which terms a picture may be used. `text` is the sentence a newsroom reads; `url` the full terms."""

    slug: str
    label: Localized
    text: Localized
    url: str | None

    @property
    def name(self) -> str:
        return f"terms:{self.slug}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class File:
    """A finished file to be published: where it goes, how large it is, and where its bytes lie until then.

    `address` is its public address; `bytes` its true size; `sha256` the hex digest of its bytes; `place` the file
    that holds them (left out of the noun's appearance: another machine keeps it elsewhere).
    """

    address: str
    media_type: str
    bytes: int
    sha256: str
    place: str

    def __repr__(self) -> str:
        return f"File({self.address!r}, {self.media_type!r}, {self.bytes}, {self.sha256!r})"

    @property
    def source(self) -> Path:
        """Answer the file that holds the bytes."""
        return Path(self.place)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rendition(File):
    """A picture in one size and format; `width` and `height` in pixels."""

    width: int
    height: int

    def __repr__(self) -> str:
        size = f"{self.width}x{self.height}"
        return f"Rendition({self.address!r}, {self.media_type!r}, {size}, {self.bytes}, {self.sha256!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Noun):
    """A press picture. `original` is the cleaned full-size download; `renditions` are WebP and JPEG, narrow to wide.

    `file` is the name in the release's folder, `source_digest` that of the bytes in it: what is published of them may
    become other bytes with another library, of the same picture. Alt text, caption and credit are in the release's
    language; `language` says which (a translation without texts of its own shows the original's).
    """

    file: str
    source_digest: str
    language: str
    alt: str
    caption: str | None
    credit: str
    terms: Terms
    original: Rendition
    renditions: tuple[Rendition, ...]

    @property
    def name(self) -> str:
        return f"image:{self.original.address}"

    def of_type(self, media_type: str) -> tuple[Rendition, ...]:
        """Answer the renditions in one format, narrow to wide."""
        return tuple(r for r in self.renditions if r.media_type == media_type)

    @property
    def web(self) -> Rendition:
        """Answer the widest JPEG (or PNG) rendition: the download for the web."""
        return max((r for r in self.renditions if r.media_type != "image/webp"), key=lambda r: r.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Noun):
    """A file that goes with a release, such as a report; `download` says type, size and address."""

    title: str
    file: str
    download: File

    @property
    def name(self) -> str:
        return f"document:{self.download.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link with its text, as given in the front matter."""

    text: str
    url: str

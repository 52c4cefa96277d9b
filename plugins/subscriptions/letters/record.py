"""`release.json` as the list reads it: what a letter is made from. `plugins/newsroom/release.schema.json` describes it.

It is the site's own and its hash was announced, and yet it is read as if anybody had written it: what isn't in the
format is refused, and no character that could end a header line or hide in a text gets through.
"""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from plugins.newsroom import CorrectionKind, WithdrawalKind

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls, lone surrogates, and what turns the direction of writing around. Line breaks are left."""
_SPACE = re.compile(r"[ \t\r\n\x0b\x0c\x85\u2028\u2029]+")  # a no-break space is meant and stays
_ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}]{1,2000}")
_MAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,255}")


def _text(text: str) -> str:
    return _UNSEEN.sub("", text)


def _line(text: str) -> str:
    return _UNSEEN.sub("", _SPACE.sub(" ", text)).strip()


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be a whole address on the web")
    return text


def _target(text: str) -> str:
    return text if re.fullmatch(r"(mailto|tel):[^\s<>\"\\^`{|}]{1,2000}", text) else _address(text)


def _mail(text: str) -> str:
    if not _MAIL.fullmatch(text):
        raise ValueError("must be an e-mail address")
    return text


Text = Annotated[str, AfterValidator(_text)]
Line = Annotated[str, AfterValidator(_line)]
WebAddress = Annotated[str, AfterValidator(_address)]
Target = Annotated[str, AfterValidator(_target)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Digits = Annotated[str, StringConstraints(pattern=r"^\+[0-9]{1,20}$")]


class Misread(ValueError):
    """That a release.json isn't one, or isn't the one that was announced. Says why, on one line."""


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # keys may be added


class Topic(_Noun):
    slug: Line
    label: Line


class Correction(_Noun):
    at: AwareDatetime
    kind: CorrectionKind
    text: Line


class Reference(_Noun):
    id: Line
    address: WebAddress


class Withdrawal(_Noun):
    at: AwareDatetime
    kind: WithdrawalKind
    reason: Line
    by: Reference | None


class Phone(_Noun):
    text: Line
    number: Digits


class Contact(_Noun):
    function: Line
    phone: Phone | None
    mail: Annotated[str, AfterValidator(_mail)] | None
    hours: Line | None
    languages: tuple[Language, ...]


class File(_Noun):
    address: WebAddress
    media_type: Line
    bytes: int


class Picture(File):
    width: int
    height: int


class Terms(_Noun):
    label: Line
    text: Line
    url: WebAddress | None


class Image(_Noun):
    language: Language
    alt: Line
    caption: Line | None
    credit: Line
    terms: Terms
    original: Picture


class Document(File):
    title: Line


class Link(_Noun):
    text: Line
    url: Target


class Publisher(_Noun):
    name: Line
    url: WebAddress


class Addresses(_Noun):
    html: WebAddress


class Version(_Noun):
    language: Language
    title: Line
    address: WebAddress


class Deadline(_Noun):
    date: date
    action: Line
    to: Line | None


class Decision(_Noun):
    """What a government assignment says beside its lead and its background."""

    date: date | None
    paragraphs: tuple[Line, ...]
    tasks: tuple[Line, ...]
    consult_with: tuple[Line, ...]
    deadlines: tuple[Deadline, ...]
    conditions: tuple[Line, ...]


class Record(_Noun):
    """One release in one language, as it stands on the site. Times have the agency's offset from UTC."""

    format: Literal[1]
    id: Line
    revision: int
    language: Language
    original_language: Language
    official: bool
    of_revision: int | None
    type: Topic
    keywords: tuple[Topic, ...]
    published: AwareDatetime
    updated: AwareDatetime
    urgent: bool
    case_number: Line | None
    title: Annotated[Line, StringConstraints(min_length=1)]
    lead: Line | None
    decision: Decision | None = None
    body_html: Text | None
    missing: tuple[Line, ...]
    corrections: tuple[Correction, ...]
    withdrawn: Withdrawal | None
    contacts: tuple[Contact, ...]
    images: tuple[Image, ...]
    documents: tuple[Document, ...]
    links: tuple[Link, ...]
    publisher: Publisher
    boilerplate: Line
    addresses: Addresses
    versions: tuple[Version, ...]

    @classmethod
    def read(cls, written: bytes) -> "Record":
        """Answer what the bytes of a release.json say. Raises Misread."""
        try:
            return cls.model_validate_json(written)
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise Misread(f"release.json is not as it should be: {where or 'all of it'}: {first['msg']}") from None

    @property
    def is_translation(self) -> bool:
        return self.language != self.original_language

    @property
    def is_behind(self) -> bool:
        """Whether this translation is of an earlier revision than the original's."""
        return self.of_revision is not None and self.of_revision < self.revision

    @property
    def original(self) -> Version | None:
        """Answer where the original is, if this is a translation."""
        return next((version for version in self.versions if version.language == self.original_language), None)

    @property
    def told(self) -> tuple[Correction, ...]:
        """Answer the changes that readers are told of, the first first: the n-th made revision n + 1."""
        changes = [each for each in self.corrections if each.kind is not CorrectionKind.TYPO]
        return tuple(sorted(changes, key=lambda each: each.at))

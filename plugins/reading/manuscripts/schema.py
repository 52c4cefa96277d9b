"""What front matter may say, and of what newsroom.yaml is made too: shapes only, as written by people.

Everything arrives as text (`frontmatter.load`), so YAML never guesses that `no` is false or that a date is American.
A value that only the rest of the content can judge (is there such a keyword?) is judged where the nouns are built.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal, Self
from urllib.parse import unquote

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from plugins.reading.manuscripts.moments import D, NotAMoment, day, moment
from plugins.reading.manuscripts.plain import SLUG

_OWN_MACHINE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])([:/?#]|$)", re.IGNORECASE)



def _written(read: Callable[[object], D]) -> Callable[[object], D]:
    """Answer what reads a day or a moment and says in pydantic's way why it can't."""

    def reading(value: object) -> D:
        try:
            return read(value)
        except NotAMoment as error:
            raise PydanticCustomError(error.kind, "not a day or moment") from None

    return reading


def is_own_machine(address: str) -> bool:
    """Answer whether the address leads to the reader's own computer, as one copied from a preview does."""
    return bool(_OWN_MACHINE.match(address))


def _web_address(value: str) -> str:
    if is_own_machine(value):
        raise PydanticCustomError("own_machine", "the address leads to the computer it is opened on")
    if not re.fullmatch(r"(https?://[^\s/]+\S*|mailto:\S+@\S+|tel:\+\d+)", value):
        raise PydanticCustomError("not_an_address", "the address must start with https://, http://, mailto: or tel:+")
    return value


def _service(value: str) -> str:
    """Answer the address with a slash at its end, so that what lies below it can be added."""
    if not re.fullmatch(r"(https?://[^\s/?#]+)?(/[A-Za-z0-9._~-]+)*/?", value) or not value:
        raise PydanticCustomError("not_a_service", "the address must start with https:// or /")
    if is_own_machine(value):
        raise PydanticCustomError("own_machine", "the address leads to the computer it is opened on")
    return value.rstrip("/") + "/"


def _old_address(value: str) -> str:
    # Hidden files are for the web server (.htaccess) or for the edition
    if not re.fullmatch(r"(/[^\s\0-\x1f/?#\\.][^\s\0-\x1f/?#\\]{0,99})+/?", unquote(value)):
        raise PydanticCustomError("not_an_old_address", "the address must start at the root of the site")
    return value


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=100)]
Choice = Words
"""A slug that newsroom.yaml must list; it is judged where the list is at hand, which then says what there is."""
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{8}$")]
Moment = Annotated[datetime, BeforeValidator(_written(moment))]
Day = Annotated[date, BeforeValidator(_written(day))]
WebAddress = Annotated[str, AfterValidator(_web_address)]
ServiceAddress = Annotated[str, AfterValidator(_service)]
"""Where a program answers: a whole address, or a path from the root of the press room's own host (`/lista/`)."""
Mail = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
OldAddress = Annotated[str, StringConstraints(max_length=300), AfterValidator(_old_address)]
PerLanguage = Annotated[dict[Language, Words], Field(min_length=1)]


class Shape(BaseModel):
    """A mapping with the named keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # most builds read no text anew


class ImageShape(Shape):
    file: FileName
    alt: Words
    caption: Words | None = None
    credit: Words
    terms: Choice


class DocumentShape(Shape):
    file: FileName
    title: Words


class LinkShape(Shape):
    text: Words
    url: WebAddress


class RewordingShape(Shape):
    """A passage before and after; what was added has no `before`, what was taken away no `after`."""

    before: str = ""
    after: str = ""


class CorrectionShape(Shape):
    at: Moment
    kind: Literal["typo", "clarification", "correction"]
    text: Words
    changes: tuple[RewordingShape, ...] = ()


class WithdrawalShape(Shape):
    at: Moment
    kind: Literal["withdrawn", "in_error", "replaced"]
    reason: Words
    by: Id | None = None

    @model_validator(mode="after")
    def _replaced_by_something(self) -> Self:
        if (self.kind == "replaced") != (self.by is not None):
            raise PydanticCustomError("replaced_by", "`by` goes with the kind `replaced`, and only with it")
        return self


class ImportedShape(Shape):
    """When `press import` took an older release over, and from which address."""

    at: Moment
    url: WebAddress | None = None


class ReleaseShape(Shape):
    """The front matter of a release in the language it was written in."""

    id: Id
    type: Choice
    audiences: tuple[Choice, ...] = ()
    published: Moment | None = None
    case_number: Words | None = None
    title: Words
    lead: Words
    keywords: tuple[Choice, ...] = ()
    contacts: tuple[Choice, ...] = ()
    images: tuple[ImageShape, ...] = ()
    documents: tuple[DocumentShape, ...] = ()
    links: tuple[LinkShape, ...] = ()
    urgent: bool = False
    responds_to: tuple[Id, ...] = ()
    corrections: tuple[CorrectionShape, ...] = ()
    withdrawn: WithdrawalShape | None = None
    imported: ImportedShape | None = None
    moved_from: tuple[OldAddress, ...] = ()
    missing: tuple[Literal["body"], ...] = ()


class TranslatedImage(Shape):
    """A picture's texts in another language; a document's title has the same shape as in the original."""

    file: FileName
    alt: Words
    caption: Words | None = None


class TranslationShape(Shape):
    """The front matter of a translation: only what is its language's own."""

    published: Moment | None = None
    title: Words
    lead: Words
    images: tuple[TranslatedImage, ...] = ()
    documents: tuple[DocumentShape, ...] = ()
    links: tuple[LinkShape, ...] | None = None
    corrections: tuple[CorrectionShape, ...] = ()
    withdrawn: Words | None = None
    official: bool = True
    of_revision: int = Field(ge=1)
    moved_from: tuple[OldAddress, ...] = ()
    missing: tuple[Literal["body"], ...] = ()


class TaskShape(Shape):
    id: Slug
    text: Words


class DeadlineShape(Shape):
    id: Slug
    date: Day
    action: Words
    to: Words | None = None


class FundingShape(Shape):
    year: int | None = None
    amount: Words | None = None
    appropriation: Words | None = None
    item: Words | None = None
    payer: Words | None = None
    mode: Words | None = None


class SignatoryShape(Shape):
    name: Words
    role: Words | None = None


class AssignmentShape(Shape):
    """The front matter of a government decision. A field the source lacks is left out and named in `missing`."""

    id: Id
    published: Moment | None = None
    title: Words
    issuer: Words
    ministry: Words | None = None
    recipient: Words
    decision_date: Day | None = None
    decision_number: Words | None = None
    case_number: Words | None = None
    operative: Annotated[tuple[Words, ...], Field(min_length=1)]
    tasks: tuple[TaskShape, ...] = ()
    consult_with: tuple[Words, ...] = ()
    deadlines: tuple[DeadlineShape, ...] = ()
    funding: FundingShape | None = None
    conditions: tuple[Words, ...] = ()
    legal_refs: tuple[LinkShape, ...] = ()
    signatories: tuple[SignatoryShape, ...] = ()
    copies_to: tuple[Words, ...] = ()
    documents: tuple[DocumentShape, ...] = ()
    corrections: tuple[CorrectionShape, ...] = ()
    moved_from: tuple[OldAddress, ...] = ()
    missing: tuple[Words, ...] = ()


class PageShape(Shape):
    """The front matter of a standing page; a translation has the same shape."""

    published: Moment | None = None
    title: Words
    lead: Words | None = None

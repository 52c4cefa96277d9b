"""What newsroom.yaml may say: shapes only, as written by people."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from plugins.reading.manuscripts.schema import (
    Choice,
    Day,
    FileName,
    Language,
    Mail,
    Moment,
    PerLanguage,
    ServiceAddress,
    Shape,
    Slug,
    WebAddress,
    Words,
)


class PhoneShape(Shape):
    text: Words
    number: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{5,14}$")]


class ContactShape(Shape):
    function: PerLanguage
    phone: PhoneShape | None = None
    mail: Mail | None = None
    hours: PerLanguage | None = None
    languages: tuple[Language, ...] = ()
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.phone is None and self.mail is None:
            raise PydanticCustomError("unreachable", "a contact needs a phone number or a mail address")
        return self


class KeywordShape(Shape):
    name: PerLanguage
    medtop: Annotated[str, StringConstraints(pattern=r"^\d{8}$")] | None = None
    aliases: tuple[Words, ...] = ()


class TypeShape(Shape):
    name: PerLanguage
    plural: PerLanguage


class AudienceShape(Shape):
    name: PerLanguage


class TermsShape(Shape):
    name: PerLanguage
    text: PerLanguage
    url: WebAddress | None = None


class PublisherShape(Shape):
    name: PerLanguage
    url: WebAddress
    tag_authority: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?$")]
    organisation_number: Words | None = None
    responsible_editor: Words | None = None


class SubscriptionShape(Shape):
    promise: PerLanguage
    endpoint: ServiceAddress | None = None


class SecurityShape(Shape):
    contact: WebAddress
    expires: Moment
    policy: WebAddress | None = None


class MaterialImageShape(Shape):
    file: FileName
    alt: PerLanguage
    caption: PerLanguage | None = None
    credit: Words
    terms: Choice


class MaterialDocumentShape(Shape):
    file: FileName
    title: PerLanguage


class PressMaterialShape(Shape):
    """Files that lie in `content/press-material/`."""

    images: tuple[MaterialImageShape, ...] = ()
    documents: tuple[MaterialDocumentShape, ...] = ()


class NewsroomShape(Shape):
    """newsroom.yaml as a whole."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*[^\s?#/])?$")]
    timezone: Words
    demonstration: bool = False
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    publisher: PublisherShape
    press_desk: Choice
    contacts: Annotated[dict[Slug, ContactShape], Field(min_length=1)]
    keywords: dict[Slug, KeywordShape] = Field(default_factory=dict)
    types: Annotated[dict[Slug, TypeShape], Field(min_length=1)]
    audiences: dict[Slug, AudienceShape] = Field(default_factory=dict)
    terms: dict[Slug, TermsShape] = Field(default_factory=dict)
    boilerplate: PerLanguage
    introduction: PerLanguage
    teaser: PerLanguage
    subscription: SubscriptionShape
    security: SecurityShape | None = None
    press_material: PressMaterialShape = PressMaterialShape()

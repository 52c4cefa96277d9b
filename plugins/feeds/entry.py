"""One release or assignment as feeds tell of it: the same facts in every format."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from plugins.feeds.article import Articles
from plugins.feeds.channel import Item
from plugins.feeds.words import words
from plugins.newsroom import Assignment, Document, File, Image, Newsroom, Release, Rendition, Thread, Withdrawal

_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What a text is sorted under: a slug in the list at the address `scheme`, and its name."""

    slug: str
    label: str
    scheme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a text; `bytes` is its true size."""

    url: str
    media_type: str
    bytes: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot(Attachment):
    """A picture file; width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A press picture: `web` to be shown, `original` to be printed."""

    title: str
    alt: str
    credit: str
    terms: str
    terms_url: str | None
    web: Shot
    original: Shot


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A text in a feed. All its words are legal in XML.

    `id` is a tag URI (RFC 4151) from the text's id and never changes; `published` never moves, `updated` moves
    with each revision. `summary` is plain text, `html` the whole text with absolute addresses. `issuer` is who wrote
    it, if not the publisher.
    """

    id: str
    url: str
    language: str
    title: str
    summary: str
    html: str
    publisher: str
    issuer: str | None
    published: datetime
    updated: datetime
    revision: int
    case_number: str | None
    urgent: bool
    withdrawn: Withdrawal | None
    tags: tuple[Tag, ...]
    pictures: tuple[Picture, ...]
    attachments: tuple[Attachment, ...]


def entry_of(item: Item, articles: Articles) -> Entry:
    """Answer what feeds tell of the text."""
    return _of_thread(item, articles) if isinstance(item, Thread) else _of_release(item, articles)


def legible(text: str) -> str:
    """Answer the text without the characters that XML 1.0 can't hold (section 2.2, production Char)."""
    return _ILLEGAL.sub("", text)


def _of_release(release: Release, articles: Articles) -> Entry:
    newsroom = articles.newsroom
    withdrawn = release.withdrawn
    pictures = () if withdrawn else tuple(_picture(image, newsroom, release.language) for image in release.images)
    documents = () if withdrawn else _documents(release.documents, newsroom)
    return Entry(
        id=_id(release, newsroom),
        url=newsroom.site.absolute(release.address),
        language=release.language,
        title=legible(articles.title(release)),
        summary=legible(articles.withdrawal(release) if withdrawn else release.lead),
        html=legible(articles.html(release)),
        publisher=legible(newsroom.publisher.label[release.language]),
        issuer=None,
        published=newsroom.local(release.published),
        updated=newsroom.local(release.updated),
        revision=release.revision,
        case_number=legible(release.case_number) if release.case_number else None,
        urgent=release.urgent,
        withdrawn=withdrawn,
        tags=tuple(_tags(release, newsroom)),
        pictures=pictures,
        attachments=(*(picture.original for picture in pictures), *documents),
    )


def _of_thread(thread: Thread, articles: Articles) -> Entry:
    newsroom, assignment = articles.newsroom, thread.assignment
    language = assignment.language
    scheme = newsroom.site.absolute(newsroom.addresses.section(language, "assignments"))
    kind = Tag(slug="assignment", label=words(language).gettext("Government assignment"), scheme=scheme)
    return Entry(
        id=_id(assignment, newsroom),
        url=newsroom.site.absolute(assignment.address),
        language=language,
        title=legible(assignment.title),
        summary=legible(articles.decision(assignment)),
        html=legible(articles.thread(thread)),
        publisher=legible(newsroom.publisher.label[language]),
        issuer=legible(assignment.issuer),
        published=newsroom.local(assignment.published),
        updated=newsroom.local(thread.updated),
        revision=thread.revision,
        case_number=legible(assignment.case_number) if assignment.case_number else None,
        urgent=False,
        withdrawn=None,
        tags=(kind,),
        pictures=(),
        attachments=_documents(assignment.documents, newsroom),
    )


def _id(text: Release | Assignment, newsroom: Newsroom) -> str:
    own = text.id if text.language == text.original_language else f"{text.id}/{text.language}"
    return f"tag:{newsroom.publisher.tag_authority}:{own}"


def _tags(release: Release, newsroom: Newsroom) -> Iterator[Tag]:
    language = release.language
    lists = {"keywords": release.keywords, "types": (release.type,), "audiences": release.audiences}
    for section, topics in lists.items():
        scheme = newsroom.site.absolute(newsroom.addresses.section(language, section))
        for topic in topics:
            yield Tag(slug=topic.slug, label=legible(topic.label[language]), scheme=scheme)


def _picture(image: Image, newsroom: Newsroom, language: str) -> Picture:
    title = legible(image.caption or image.alt)
    return Picture(
        title=title,
        alt=legible(image.alt),
        credit=legible(image.credit),
        terms=legible(image.terms.text[language]),
        terms_url=image.terms.url,
        web=_shot(image.web, title, newsroom),
        original=_shot(image.original, title, newsroom),
    )


def _shot(file: Rendition, title: str, newsroom: Newsroom) -> Shot:
    return Shot(
        url=newsroom.site.absolute(file.address),
        media_type=file.media_type,
        bytes=file.bytes,
        title=title,
        width=file.width,
        height=file.height,
    )


def _documents(documents: Iterable[Document], newsroom: Newsroom) -> tuple[Attachment, ...]:
    return tuple(_attachment(document.download, document.title, newsroom) for document in documents)


def _attachment(file: File, title: str, newsroom: Newsroom) -> Attachment:
    url = newsroom.site.absolute(file.address)
    return Attachment(url=url, media_type=file.media_type, bytes=file.bytes, title=legible(title))

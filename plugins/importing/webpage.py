"""A saved page of a release, with rules that say what stands where on it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import time

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError

from plugins.importing import prose
from plugins.importing.calendar import Calendar
from plugins.importing.found import Found, Person, Unreadable, flowing
from plugins.importing.prose import Prose
from plugins.newsroom import Fault, Faults, fingerprint
from plugins.reading.manuscripts import frontmatter, shaping
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.manuscripts.schema import Shape, Words

NO_HEADLINE = "the page has no headline where the rules look for it ({selector})"
NO_BODY = "the page has no text where the rules look for it ({selector})"
SEVERAL_BODIES = "the rules find {number} texts; only the first is taken"
BAD_SELECTOR = "{key} is “{value}”, which is no CSS selector"
BAD_HOUR = "{key} is “{value}”; write an hour like 09:00"

_SAVED = re.compile(rb"<!-- saved from url=\(\d+\)(https?://\S+) -->")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d[\d\s()/–-]{4,}\d")


class Rules(Shape):
    """Where on a page what stands: each is a CSS selector. What is given here fits many pages and is only a start.

    `published` is read from `datetime` or `content` where the element has them; `date_format` (as in Python's
    `strptime`) and `hour` settle how its time is written and which hour is meant where it has only a day.
    """

    title: Words = "h1"
    lead: Words = ".lead, .ingress, .preamble"
    body: Words = "article, main"
    published: Words = "meta[property='article:published_time'], time[datetime]"
    type: Words | None = None
    keywords: Words | None = None
    contacts: Words | None = None
    remove: tuple[Words, ...] = ()
    date_format: Words | None = None
    hour: Words | None = None

    def calendar(self, calendar: Calendar) -> Calendar:
        """Answer a calendar that reads times as the rules say."""
        hour = time.fromisoformat(self.hour) if self.hour else calendar.hour
        return replace(calendar, form=self.date_format or calendar.form, hour=hour)


def rules(data: bytes, source: str) -> Rules:
    """Answer the rules in a YAML file. Raises Faults with all that is wrong in it."""
    values, lines = frontmatter.load(frontmatter.decode(data, source), source)
    manuscript = Manuscript(source, values, lines, "", 0)
    read = shaping.shape(manuscript, Rules)
    faults = []
    for key, selector in _selectors(read):
        try:
            BeautifulSoup("", "html.parser").select(selector)
        except SelectorSyntaxError:
            line = manuscript.line((key,))
            faults.append(Fault.at(source, line, BAD_SELECTOR, key=key, value=selector))
    if read.hour and not _HOUR.fullmatch(read.hour):
        faults.append(Fault.at(source, manuscript.line(("hour",)), BAD_HOUR, key="hour", value=read.hour))
    if faults:
        raise Faults(faults)
    return read


def _selectors(given: Rules) -> Iterator[tuple[str, str]]:
    for key in ("title", "lead", "body", "published", "type", "keywords", "contacts"):
        if selector := getattr(given, key):
            yield key, selector
    yield from (("remove", selector) for selector in given.remove)


def read(data: bytes, source: str, calendar: Calendar, given: Rules | None = None, address: str = "") -> Found:
    """Answer the page's release. `address` goes before the one that the page gives itself.

    Raises Unreadable if the rules find no headline or no text on it.
    """
    given = given or Rules()
    page = prose.soup(data, source)
    address = address or _address(page, data)
    for selector in given.remove:
        for element in page.select(selector):
            element.decompose()
    title = page.select_one(given.title)
    bodies = page.select(given.body)
    if not title or not flowing(title.get_text()):
        raise Unreadable(Fault.at(source, 0, NO_HEADLINE, selector=given.title))
    if not bodies:
        raise Unreadable(Fault.at(source, 0, NO_BODY, selector=given.body))
    body = Prose(source, address)
    if len(outermost := [one for one in bodies if not any(one in other.descendants for other in bodies)]) > 1:
        body.doubt(outermost[1], SEVERAL_BODIES, number=len(outermost))
    published = page.select_one(given.published)
    words = {key: _said(page, getattr(given, key)) for key in ("title", "lead", "type", "keywords")}
    persons = tuple(_person(card) for card in page.select(given.contacts)) if given.contacts else ()
    when = given.calendar(calendar).read(_value(published))
    element = bodies[0]
    for key in ("title", "lead", "published", "type", "keywords", "contacts"):
        selector = getattr(given, key)
        for part in element.select(selector) if selector else ():
            part.decompose()
    lead = body.lead(element, " ".join(words["lead"]))
    return Found(
        source=source,
        seed=address or fingerprint(data),
        title=words["title"][0],
        lead=lead,
        body=body.markdown(element),
        published=when,
        kind=next(iter(words["type"]), ""),
        language=_language(page),
        keywords=tuple(words["keywords"]),
        persons=persons,
        pictures=tuple(body.pictures),
        address=address,
        doubts=tuple(body.doubts),
    )


def _said(page: Tag, selector: str | None) -> list[str]:
    """Answer what the elements say, each thing once."""
    found = (_value(element) for element in page.select(selector)) if selector else ()
    return list(dict.fromkeys(filter(None, found)))


def _value(element: Tag | None) -> str:
    if element is None:
        return ""
    return flowing(str(element.get("datetime") or element.get("content") or element.get_text(" ")))


def _person(card: Tag) -> Person:
    words = card.get_text("\n")
    phone, mail = _PHONE.search(words), _MAIL.search(words)
    name = next((line for line in map(flowing, words.split("\n")) if line), "")
    return Person(
        name=name, phone=flowing(phone[0]) if phone else "", mail=mail[0] if mail else "", line=card.sourceline or 0
    )


def _address(page: Tag, data: bytes) -> str:
    """Answer where the page says that it was published, or where the browser that saved it says that it was."""
    canonical = page.select_one("link[rel=canonical][href], meta[property='og:url'][content]")
    found = str(canonical.get("href") or canonical.get("content")) if canonical else ""
    if re.match("https?://", found):
        return found.strip()
    saved = _SAVED.search(data[:2000])
    return saved[1].decode("ascii", "replace") if saved else ""


def _language(page: Tag) -> str:
    html = page.select_one("html[lang]")
    return str(html["lang"])[:2].lower() if html else ""

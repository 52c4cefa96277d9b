"""A release's page at via TT, copied as text.

The copy keeps the words and loses the structure: headings and paragraphs are lines alike, and fields stand glued to
each other. Here the structure is restored; every line that was taken for something is told as a doubt.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from plugins.importing.calendar import NEVER, NOT_CERTAIN, OFFSETS, SEVERAL, Unclear
from plugins.importing.found import Found, Person, Unreadable, flowing
from plugins.importing.prose import READ_AS_HEADING, plain
from plugins.newsroom import Fault, Link

LABELS = ("Nyckelord", "Kontakter", "Bilder", "Dokument", "Länkar")
"""The page's own headings below the text; they stand there with or without anything under them."""

NOT_A_PAGE = (
    "this isn't a release's page at via TT: no line has time, publisher and kind, like 4.5.2031 10:00:00 CEST | … | …"
)
ABOVE = "“{words}” stands above the headline; left out"
READ_AS_PARAGRAPH = "“{words}” could be a heading, but is read as the words before what follows"
GLUED = "“{words}” stood together; read as {parts}"
GLUED_DAY = "the headline “{title}” and the time stood together; is the headline whole?"
NO_ADDRESS = "the link “{words}” has no address in the text; left out"
FILES = "under {label}: “{words}”; the file itself isn't in the text"

_AFTER_DAY = r"\.\d{1,2}\.\d{4} \d{1,2}:\d\d:\d\d [A-Z]{1,5}"
_WHEN = r"\d{1,2}" + _AFTER_DAY
_HEAD = re.compile(rf"(?P<when>{_WHEN}) \| (?P<publisher>.+?) \| (?P<kind>[^|]+)")
_TEASER = re.compile(rf"(?P<glued>.+?{_WHEN}) \| (?P<kind>[^|]+)")
_DAYS = [re.compile(rf"({before})({day}{_AFTER_DAY})") for before, day in ((r".*\S", r"\d\d"), (".+", r"\d"))]
"""Headline and time: with a day of two digits, which comes right after the headline, and with one of one digit."""
_LATEST = re.compile(r"Senaste pressmeddelandena från .+")
_FOLLOW = re.compile(r"Följ .+")
_GLUED_LABEL = re.compile(rf"(?<=\S)({'|'.join(LABELS)})$")
_PHONE = re.compile(r"(?:Tel|Telefon|Mobil)?[:.]?\s*(\+?\d[\d\s()/–-]{4,}\d)")
_MAIL = re.compile(r"[A-Za-z][\w.+-]*@[\w-]+(?:\.[\w-]+)+")
_ADDRESS = re.compile(r"https?://\S+")
_ITEM = re.compile(r"[-•–*·−]\s+")
_SENTENCE_ENDS = (".", ",", ";", ":", "!", "…")
_HEADING_LENGTH = 90
_HEAD_LINES = 50


@dataclass
class _Page:
    """The lines of one page, and what is made of them. A line's number is its place in `lines`, which begins at 1."""

    source: str
    lines: Sequence[str]
    timezone: ZoneInfo
    doubts: list[Fault] = field(default_factory=list)

    def doubt(self, number: int, message: str, **values: object) -> None:
        self.doubts.append(Fault.at(self.source, number, message, **values))

    def numbered(self, start: int, end: int) -> list[tuple[int, str]]:
        """Answer the lines that say something, from `start` and before `end`, with their numbers."""
        return [(number, self.lines[number]) for number in range(start, end) if self.lines[number]]


def read(text: str, source: str, timezone: ZoneInfo) -> list[Found]:
    """Answer the page's release, and then those it names under its latest, of which it has headline and lead only.

    Raises Unreadable if the text isn't such a page.
    """
    page = _Page(source, ["", *(flowing(line) for line in text.split("\n"))], timezone)
    at, head = _head(page)
    latest = _first(page, at + 1, len(page.lines), _LATEST) or len(page.lines)
    below = _below(page, at + 1, latest)
    teasers = list(_teasers(page, latest))
    return [_release(page, at, head, below, latest), *teasers]


def _head(page: _Page) -> tuple[int, re.Match[str]]:
    """Answer the line with time, publisher and kind. Raises Unreadable if there is none near the top."""
    for number, line in enumerate(page.lines[:_HEAD_LINES]):
        if (match := _HEAD.fullmatch(line)) and page.numbered(1, number):
            return number, match
    raise Unreadable(Fault.at(page.source, 0, NOT_A_PAGE))


def _first(page: _Page, start: int, end: int, pattern: re.Pattern[str]) -> int | None:
    return next((number for number in range(start, end) if pattern.fullmatch(page.lines[number])), None)


def _below(page: _Page, start: int, end: int) -> int:
    """Answer the line of the first of the page's own headings below the text."""
    return next((number for number in range(start, end) if page.lines[number] in LABELS), end)


def _release(page: _Page, at: int, head: re.Match[str], below: int, latest: int) -> Found:
    *above, (_, title) = page.numbered(1, at)
    for number, words in above:
        page.doubt(number, ABOVE, words=words)
    blank = next((number for number in range(at + 1, below) if not page.lines[number]), below)
    lead = page.numbered(at + 1, blank)
    if blank == below:  # no line is free, so only the first one is sure to be the lead
        lead = lead[:1]
    body = page.numbered(lead[-1][0] + 1 if lead else at + 1, below)
    sections = _sections(page, below, latest)
    about = _about(sections)
    published = moment(head["when"], page.timezone)
    return Found(
        source=page.source,
        seed=_seed(title, published),
        title=title,
        lead=" ".join(words for _, words in lead),
        body=_body(page, body),
        published=published,
        kind=head["kind"],
        keywords=tuple(words for _, words in sections.get("Nyckelord", ())),
        persons=tuple(_persons(page, sections.get("Kontakter", ()))),
        links=tuple(_links(page, sections.get("Länkar", ()))),
        about=" ".join(words for _, words in about),
        about_line=about[0][0] if about else 0,
        doubts=tuple(sorted(page.doubts)),
    )


def _body(page: _Page, lines: Sequence[tuple[int, str]]) -> str:
    """Answer the lines as Markdown: headings, paragraphs and lists."""
    blocks: list[str] = []
    for place, (number, words) in enumerate(lines):
        item = _ITEM.match(words)
        if item:
            marked = f"- {plain(words[item.end() :])}"
            if blocks and blocks[-1].startswith("- "):
                blocks[-1] += f"\n{marked}"
            else:
                blocks.append(marked)
        elif _could_be_heading(words) and place + 1 < len(lines):
            if blocks and blocks[-1].startswith("## "):
                page.doubt(number, READ_AS_PARAGRAPH, words=words)
                blocks.append(plain(words))
            else:
                page.doubt(number, READ_AS_HEADING, words=words)
                blocks.append("## " + plain(words).replace("#", r"\#"))
        else:
            blocks.append(plain(words))
    return "\n\n".join(blocks)


def _could_be_heading(words: str) -> bool:
    """Answer whether the line is short and no sentence; it may be a question."""
    return len(words) <= _HEADING_LENGTH and not words.endswith(_SENTENCE_ENDS) and not words[:1].islower()


def _sections(page: _Page, start: int, end: int) -> dict[str, list[tuple[int, str]]]:
    """Answer the lines under each of the page's own headings, also where one is glued to the line before it."""
    sections: dict[str, list[tuple[int, str]]] = {}
    label = ""
    for number in range(start, end):
        words = page.lines[number]
        if words in LABELS:
            label = words
            sections.setdefault(label, [])
            continue
        if _FOLLOW.fullmatch(words):  # from here on it is about subscribing
            break
        glued = _GLUED_LABEL.search(words)
        if glued:
            words = words[: glued.start()].rstrip()
        if words:
            sections[label].append((number, words))
        if glued:
            page.doubt(number, GLUED, words=page.lines[number], parts=f"{words} | {glued[1]}")
            label = glued[1]
            sections.setdefault(label, [])
    for label, lines in sections.items():
        if label in ("Bilder", "Dokument"):
            for number, words in lines:
                page.doubt(number, FILES, label=label, words=words)
    return sections


def _about(sections: dict[str, list[tuple[int, str]]]) -> list[tuple[int, str]]:
    """Take the text about the agency from under the last heading; it has none of its own, but is in sentences."""
    last = sections[next(reversed(sections))] if sections else []
    start = next((place for place, (_, words) in enumerate(last) if words.endswith(".")), len(last))
    about, last[start:] = last[start:], []
    return about


def _persons(page: _Page, lines: Sequence[tuple[int, str]]) -> Iterator[Person]:
    """Answer the contacts: a line with a phone number or a mail address ends each."""
    name, first = "", 0
    for number, words in lines:
        phone, mail = _PHONE.search(words), _MAIL.search(words)
        if not phone and not mail:
            name, first = (f"{name}, {words}", first) if name else (words, number)
            continue
        if phone and mail:
            page.doubt(number, GLUED, words=words, parts=f"{phone[1]} | {mail[0]}")
        yield Person(
            name=name, phone=phone[1].strip() if phone else "", mail=mail[0] if mail else "", line=first or number
        )
        name, first = "", 0
    if name:
        yield Person(name=name, phone="", mail="", line=first)


def _links(page: _Page, lines: Sequence[tuple[int, str]]) -> Iterator[Link]:
    for number, words in lines:
        if found := _ADDRESS.search(words):
            text = flowing(words.replace(found[0], " ")) or found[0]
            yield Link(text=text, url=found[0])
        else:
            page.doubt(number, NO_ADDRESS, words=words)


def _teasers(page: _Page, start: int) -> Iterator[Found]:
    """Answer the releases of which the page has headline, time, kind and lead."""
    lines = page.numbered(start + 1, len(page.lines))
    heads = {number: match for number, words in lines if (match := _TEASER.fullmatch(words))}
    for number, match in heads.items():
        doubts = []
        title, published = _parted(match["glued"], page.timezone)
        if title[-1:].isdigit():
            doubts.append(Fault.at(page.source, number, GLUED_DAY, title=title))
        following = page.lines[number + 1] if number + 1 < len(page.lines) else ""
        yield Found(
            source=page.source,
            seed=_seed(title, published),
            title=title,
            lead=following if number + 1 not in heads else "",
            body="",
            published=published,
            kind=match["kind"],
            doubts=tuple(doubts),
            is_teaser=True,
        )


def _parted(glued: str, timezone: ZoneInfo) -> tuple[str, datetime | Unclear]:
    """Answer headline and time that stood glued together, `Rubriken9.2.2026 …`.

    A digit before the day may belong to either; where both are possible, the time isn't certain.
    """
    ways = [match.groups() for pattern in _DAYS if (match := pattern.fullmatch(glued))]
    read = [(title.rstrip(), moment(when, timezone)) for title, when in ways]
    possible = [(title, at) for title, at in read if isinstance(at, datetime)]
    if len(possible) > 1 and possible[0][0][-1].isdigit():
        readings = tuple(f"{at:%Y-%m-%d}" for _, at in possible)
        return possible[0][0], Unclear(glued, SEVERAL, readings)
    return (possible or read)[0]


def moment(when: str, zone: ZoneInfo) -> datetime | Unclear:
    """Answer a time as via TT writes it: day, month, year, and the name of the time zone."""
    day, clock, name = when.split(" ")
    if name not in OFFSETS:
        return Unclear(when, NOT_CERTAIN)
    try:
        read = datetime.strptime(f"{day} {clock}", "%d.%m.%Y %H:%M:%S")  # noqa: DTZ007 -- the zone is a name
    except ValueError:
        return Unclear(when, NEVER)
    return read.replace(tzinfo=timezone(timedelta(hours=OFFSETS[name]))).astimezone(zone)


def _seed(title: str, published: datetime | Unclear) -> str:
    at = published.written if isinstance(published, Unclear) else published.isoformat()
    return f"{title}\n{at}"

"""Writes letters: nouns in, a letter with slots out. Nothing is fetched, and no clock is asked.

Which headers they bear and why:

- List-Id (RFC 2919), List-Unsubscribe and List-Unsubscribe-Post (RFC 8058): what the list sends, so that readers can
  sort it and leave with one click. Not on personal letters: those were asked for one by one.
- Auto-Submitted (RFC 3834, 5) on what a program decided to send: digests and personal letters. Not on releases: people
  wrote them, which the RFC says must then not bear it, and newsrooms' desks put automatic mail aside. Their List-Id
  keeps answering machines silent (RFC 3834, 2), as X-Auto-Response-Suppress does with Exchange. No Precedence: it never
  became a standard (RFC 2076 discourages it).
- Reply-To is the release's own press contact, so that an answer reaches who can answer; not in a demonstration.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from plugins.newsroom import dates
from plugins.newsroom.readable import readable
from plugins.newsroom.typewriter import underlined
from plugins.subscriptions.letters.body import for_mail
from plugins.subscriptions.letters.letter import Letter, Slot
from plugins.subscriptions.letters.message import NOTICE, Draft, mark
from plugins.subscriptions.letters.record import Record
from plugins.subscriptions.letters.words import words
from plugins.subscriptions.mailing import Announcement, NoticeKind
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.reader import ASSIGNMENTS, Frequency

LONGEST_SUBJECT = 200
"""Characters; a longer one is cut, for lists of letters show far fewer."""
LONGEST_LETTER = 1_000_000
"""Bytes; what is larger is not a press release, and many servers refuse it."""

_EMPTY_LINES = re.compile(r"\n{3,}")
_SLOT_IN_ATTRIBUTE = re.compile(r'\s(href="\x02[a-z_]+\x03")\s*')
_SLOT_IN_TEXT = re.compile(r'[ \n]*(?<!")(\x02[a-z_]+\x03)(?!")[ \n]*')


class TooLarge(ValueError):
    """That a letter would be so large that it can't be sent."""


class Unwritable(ValueError):
    """That no letter can be made of a text."""


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes letters for one list. `theme` is the theme's folder, `service` the service's base with its slash, and
    `sender` the address that letters come from, with or without a name before it (without: the publisher's). Times are
    shown as on the clocks of `timezone`.
    """

    theme: Path
    offer: Offer
    service: str
    sender: str
    timezone: ZoneInfo

    def release(self, notice: Announcement, record: Record, language: str) -> Letter:
        """Answer the letter that tells of a release, its clarification, correction or withdrawal.

        It speaks `language`; the release speaks its own, which may be another.
        Raises Unwritable, TooLarge.
        """
        is_change = notice.kind in (NoticeKind.CLARIFICATION, NoticeKind.CORRECTION)
        changes = record.told[: notice.revision - 1] if is_change else ()
        if len(record.body_html or "") > LONGEST_LETTER // 2:  # it is in the letter twice
            raise TooLarge("the text is too long to send")
        nouns = {
            "notice": notice,
            "record": record,
            "change": changes[-1] if changes else None,
            "is_of_assignments": ASSIGNMENTS in notice.topics,
            "leave": mark(Slot.LEAVE),
        }
        said = self._said(language)
        before = {
            NoticeKind.RELEASE: "",
            NoticeKind.CLARIFICATION: said("Clarification:"),
            NoticeKind.CORRECTION: said("Correction:"),
            NoticeKind.WITHDRAWAL: said("Withdrawn:"),
        }[notice.kind]
        spoken = [language] if record.language == language else [language, record.language]
        headers = [
            *self._from(language),
            *self._reply_to(record),
            *self._list(),
            *([] if notice.kind is NoticeKind.RELEASE else _thread()),
            (NOTICE, f"{notice.release}/{notice.revision}"),
            ("Content-Language", ", ".join(spoken)),
        ]
        return self._letter("release", language, f"{before} {record.title}".strip(), headers, nouns)

    def digest(
        self, frequency: Frequency, day: date, notices: Sequence[Announcement], language: str
    ) -> Letter:
        """Answer the letter that tells in short of several notices, in their order, for that local day.

        Raises Unwritable, TooLarge.
        """
        said = self._said(language)
        assigned = sum(ASSIGNMENTS in notice.topics for notice in notices)
        released = len(notices) - assigned
        if frequency is Frequency.WEEKLY:
            when = said("week %(week)s", week=day.isocalendar().week)
        else:
            when = dates.day(day, language)
        counted = [
            said.plural("%(number)s press release", "%(number)s press releases", released) if released else "",
            said.plural("%(number)s government assignment", "%(number)s government assignments", assigned)
            if assigned
            else "",
        ]
        title = said(" and ").join(filter(None, counted))
        nouns = {
            "entries": [(notice, notice.version(language)) for notice in notices],
            "frequency": frequency,
            "title": title,
            "when": when,
            "is_of_assignments": not released,
            "leave": mark(Slot.LEAVE),
        }
        headers = [
            *self._from(language),
            *self._list(),
            ("Content-Language", language),
            ("Auto-Submitted", "auto-generated"),
        ]
        return self._letter("digest", language, f"{title}, {when}", headers, nouns)

    def confirmation(self, language: str) -> Letter:
        """Answer the letter that asks whoever reads the address whether they want the list. It holds nothing that came
        from who asked for it, so that it can't be used to send words to others.
        """
        return self._personal("confirm", language, self._said(language)("Confirm that you want our letters"))

    def manage_link(self, language: str) -> Letter:
        """Answer the letter with the link to a reader's own choices."""
        return self._personal("manage", language, self._said(language)("Your link to change what you get"))

    def _personal(self, template: str, language: str, subject: str) -> Letter:
        headers = [
            *self._from(language),
            *_dated(),
            ("Content-Language", language),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
        ]
        return self._letter(template, language, subject, headers, {"link": mark(Slot.LINK)})

    def _letter(
        self, template: str, language: str, subject: str, headers: list[tuple[str, str]], nouns: dict[str, Any]
    ) -> Letter:
        subject = subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1].rstrip()}…"
        shown = {
            "language": language,
            "subject": subject,
            "offer": self.offer,
            "publisher": self.offer.publisher[language],
            "to": mark(Slot.TO),
            "change_at": f"{self.service}manage?{urlencode({'language': language})}",
            **nouns,
        }
        try:
            html = self._pages(language).get_template(f"mail/{template}.html").render(shown)
            text = self._texts(language).get_template(f"mail/{template}.txt").render(shown)
            draft = Draft(
                headers=(("Subject", subject), *headers),
                text=_EMPTY_LINES.sub("\n\n", text).strip("\n") + "\n",
                html=_SLOT_IN_TEXT.sub(r"\n\1\n", _SLOT_IN_ATTRIBUTE.sub(r"\n\1\n", _INLINER.inline(html))),
            )
            if len(draft.text) + len(draft.html) > LONGEST_LETTER:
                raise TooLarge("the letter would be too large to send")
            return Letter.of(draft)
        except RecursionError:
            raise Unwritable("the text has too many levels of elements in each other") from None

    def _from(self, language: str) -> list[tuple[str, str]]:
        name, address = parseaddr(self.sender)
        name = " ".join((name or self.offer.publisher[language]).split())
        if self.offer.demonstration:
            name = f"{name} ({self._said(language)('demonstration')})"
        return [("From", str(Address(name, addr_spec=address))), ("To", mark(Slot.TO))]

    def _reply_to(self, record: Record) -> list[tuple[str, str]]:
        mails = [contact.mail for contact in record.contacts if contact.mail and contact.mail.isascii()]
        return [("Reply-To", mails[0])] if mails and not self.offer.demonstration else []

    def _list(self) -> list[tuple[str, str]]:
        host = (urlsplit(self.offer.home[self.offer.languages[0]]).hostname or "localhost").encode("idna").decode()
        return [
            *_dated(),
            ("List-Id", f"<releases.{host}>"),
            ("List-Unsubscribe", f"<{mark(Slot.LEAVE)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ]

    def _said(self, language: str) -> "_Said":
        return _Said(self.theme / "locale", language)

    def _pages(self, language: str) -> Environment:
        return self._environment(language, autoescape=True)

    def _texts(self, language: str) -> Environment:
        return self._environment(language, autoescape=False)

    @cached_property
    def _made(self) -> dict[tuple[str, bool], Environment]:
        return {}

    def _environment(self, language: str, *, autoescape: bool) -> Environment:
        key = (language, autoescape)
        if key not in self._made:
            self._made[key] = _environment(self.theme, language, self.timezone, autoescape=autoescape)
        return self._made[key]


_INLINER = css_inline.CSSInliner(
    keep_at_rules=True, load_remote_stylesheets=False, resolve_css_variables=True, minify_css=False
)


@dataclass(frozen=True, slots=True)
class _Said:
    """The letters' words as plain text."""

    locale: Path
    language: str

    def __call__(self, message: str, **values: object) -> str:
        return words(self.locale, self.language).gettext(message) % values

    def plural(self, one: str, many: str, number: int) -> str:
        return words(self.locale, self.language).ngettext(one, many, number) % {"number": number}


def _dated() -> list[tuple[str, str]]:
    return [("Date", mark(Slot.DATE)), ("Message-ID", mark(Slot.MESSAGE_ID))]


def _thread() -> list[tuple[str, str]]:
    return [("In-Reply-To", mark(Slot.EARLIER)), ("References", mark(Slot.EARLIER))]


def _environment(theme: Path, language: str, timezone: ZoneInfo, *, autoescape: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(theme / "templates"),
        autoescape=autoescape,  # noqa: S701 - off for plain text alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        extensions=["jinja2.ext.i18n"],
    )
    said = words(theme / "locale", language)
    made.install_gettext_callables(said.gettext, said.ngettext, newstyle=True)  # type: ignore[attr-defined]
    picture = said.gettext("Image:")

    def language_name(code: str) -> str:
        return dates.language_name(code, language)

    made.globals["in_language"] = lambda code: said.gettext("in %(language)s") % {"language": language_name(code)}
    made.filters.update(
        day=lambda day: dates.day(day, language),
        moment=lambda moment: dates.moment(moment.astimezone(timezone), language),
        language_name=language_name,
        size=lambda count: dates.size(count, language),
        for_mail=lambda html: Markup(for_mail(html, picture)),  # noqa: S704 - sanitised right there
        readable=lambda html: readable(for_mail(html, picture)),
        underlined=underlined,
    )
    return made

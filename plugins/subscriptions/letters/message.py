"""A message by the standards (RFC 5322, MIME): headers, a plain text and an HTML that say the same."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from html import escape
from types import MappingProxyType
from typing import Any, ClassVar

NOTICE = "Press-Notice"
"""The header that says what a letter tells of, as release and revision: `k7q2m9xd/2`. Programs know it by that."""

LINE = 76
"""The longest line of quoted-printable (RFC 2045, 6.7), which the library would make 78."""


class _AsWritten:
    """A header that is never folded: the library would encode a long link as if it were a word, and so break it."""

    max_count: ClassVar[int] = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise ValueError("a header can't hold control characters")
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: EmailPolicy) -> str:
        # an address outside ASCII (SMTPUTF8) goes out as UTF-8 and nothing else does
        return f"{self.name}: {self}{policy.linesep}".encode().decode("ascii", "surrogateescape")  # type: ignore[attr-defined]


_REGISTRY = HeaderRegistry()
for _name in ("to", "date", "message-id", "references", "in-reply-to", "list-unsubscribe", "list-id", "list-archive"):
    _REGISTRY.map_to_type(_name, _AsWritten)  # type: ignore[arg-type]  # it is mixed with a base class

POLICY = SMTP.clone(max_line_length=LINE, header_factory=_REGISTRY, cte_type="7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter before it is anybody's. In the texts and headers `mark(slot)` stands where a slot is: in the HTML and
    the text on a line of its own, or in HTML as the whole of an attribute's value that is on a line of its own.
    """

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


_MARK = re.compile("\x02([a-z_]+)\x03")


def mark(slot: str) -> str:
    """Answer what stands for a slot in a draft: no text that is published holds such characters."""
    return f"\x02{slot}\x03"


def message(draft: Draft, values: Mapping[str, str] = MappingProxyType({})) -> EmailMessage:
    """Answer the draft as a message, with the values in its slots. Raises KeyError if one is lacking."""

    def filled(text: str) -> str:
        return _MARK.sub(lambda found: values[found[1]], text)

    def filled_html(text: str) -> str:
        return _MARK.sub(lambda found: escape(values[found[1]]), text)

    letter = EmailMessage(POLICY)
    about_content = [(name, value) for name, value in draft.headers if name.startswith("Content-")]
    for name, value in draft.headers:
        if (name, value) not in about_content:
            letter[name] = filled(value)
    letter.set_content(filled(draft.text), cte="quoted-printable")
    letter.add_alternative(filled_html(draft.html), subtype="html", cte="quoted-printable")
    # "=_" can't stand in quoted-printable (RFC 2045, 6.7), so no text whatever can hold the boundary
    digest = hashlib.sha256(f"{draft.text}\0{draft.html}".encode(errors="replace")).hexdigest()
    letter.set_boundary(f"=_{digest[:32]}")
    for name, value in about_content:  # last, as setting the content clears them
        letter[name] = value
    return letter

"""Whom a journalist can reach."""

from dataclasses import dataclass
from datetime import date

from plugins.newsroom.localized import Localized
from plugins.newsroom.output import Noun


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number as it is shown (`018-18 36 25`) and as it is dialled (`+4618183625`)."""

    text: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Noun):
    """A function that answers the press, until the end of the day `valid_until`; None = until further notice."""

    slug: str
    function: Localized
    phone: Phone | None
    mail: str | None
    hours: Localized | None
    languages: tuple[str, ...]
    valid_until: date | None

    @property
    def name(self) -> str:
        return f"contact:{self.slug}"

    def is_valid(self, day: date) -> bool:
        """Answer whether the contact can be shown on that day."""
        return self.valid_until is None or day <= self.valid_until

"""Everything that a reading found, kind by kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from plugins.newsroom import Assignment, Page, Release
from plugins.reading.memory import Remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    releases: list[Release]
    assignments: list[Assignment]
    pages: list[Page]

    def with_recalled(self, recalled: Iterable[Remembered]) -> "Texts":
        """Answer these texts and those that were recalled, the newest first."""
        releases, assignments, pages = list(self.releases), list(self.assignments), list(self.pages)
        for text in (text for one in recalled for text in one.read):
            match text:
                case Release():
                    releases.append(text)
                case Assignment():
                    assignments.append(text)
                case Page():
                    pages.append(text)
        return Texts(
            releases=sorted(releases, key=lambda r: (r.published, r.id, r.language), reverse=True),
            assignments=sorted(assignments, key=_newest_last, reverse=True),
            pages=sorted(pages, key=_newest_last, reverse=True),
        )


def _newest_last(text: Assignment | Page) -> tuple[datetime, str]:
    return text.published, text.source

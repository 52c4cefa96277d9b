"""Everything that a reading found, kind by kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Self

from plugins.newsroom import Assignment, Page, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    releases: list[Release]
    assignments: list[Assignment]
    pages: list[Page]

    @classmethod
    def of(cls, texts: Iterable[Release | Assignment | Page]) -> Self:
        """Answer the texts, the newest first."""
        releases: list[Release] = []
        assignments: list[Assignment] = []
        pages: list[Page] = []
        for text in texts:
            match text:
                case Release():
                    releases.append(text)
                case Assignment():
                    assignments.append(text)
                case Page():
                    pages.append(text)
        return cls(
            releases=sorted(releases, key=attrgetter("published", "id", "language"), reverse=True),
            assignments=sorted(assignments, key=attrgetter("published", "source"), reverse=True),
            pages=sorted(pages, key=attrgetter("published", "source"), reverse=True),
        )

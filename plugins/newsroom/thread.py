"""What came of an assignment: the decision, and the releases that answer to it."""

from dataclasses import dataclass
from datetime import datetime

from plugins.newsroom.assignment import Assignment
from plugins.newsroom.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """An assignment in one language with its answers, the newest first: in that language, or else the original."""

    assignment: Assignment
    answers: tuple[Release, ...]

    @property
    def source(self) -> str:
        return self.assignment.source

    @property
    def revisions(self) -> tuple[datetime, ...]:
        """Answer when there was something new to tell: when the press room took it up, and with each answer since.

        An answer that was taken over from another press room is old news.
        """
        begun = self.assignment.published
        return (begun, *sorted(a.published for a in self.answers if a.imported is None and a.published > begun))

    @property
    def revision(self) -> int:
        """Answer 1 + answers since."""
        return len(self.revisions)

    @property
    def updated(self) -> datetime:
        """Answer when there was last something new to tell."""
        return self.revisions[-1]

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
        """Answer when there was something new to tell: when the press room took it up, and since then with each answer
        and each correction of the assignment that isn't a typo.

        An answer that was taken over from another press room is old news.
        """
        begun = self.assignment.published
        answered = (answer.published for answer in self.answers if answer.imported is None)
        corrected = (correction.at for correction in self.assignment.told)
        return (begun, *sorted(at for at in (*answered, *corrected) if at > begun))

    @property
    def revision(self) -> int:
        """Answer 1 + answers and corrections since."""
        return len(self.revisions)

    @property
    def updated(self) -> datetime:
        """Answer when there was last something new to tell."""
        return self.revisions[-1]

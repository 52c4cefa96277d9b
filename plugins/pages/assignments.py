"""Government assignments: their list, and a page for each decision with what it asks for and by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from plugins.edition.stage import Stage
from plugins.newsroom import Assignment, Deadline, Input, Newsroom, Noun, Output, fingerprint
from plugins.newsroom.record import assignment_json_output
from plugins.pages.lists import Entry
from plugins.pages.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Noun):
    """What other pages show of an assignment. `next` is its first deadline that has not passed."""

    language: str
    address: str
    title: str
    issuer: str
    published: datetime
    decision_date: date | None
    next: Deadline | None = None

    @classmethod
    def of(cls, assignment: Assignment, next: Deadline | None = None) -> "Decision":
        return cls(
            language=assignment.language,
            address=assignment.address,
            title=assignment.title,
            issuer=assignment.issuer,
            published=assignment.published,
            decision_date=assignment.decision_date,
            next=next,
        )

    @property
    def name(self) -> str:
        return f"decision:{self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Noun):
    """Where the assignments' feeds lie, and what they are called in the language."""

    address: str
    label: str

    @classmethod
    def of(cls, newsroom: Newsroom, theme: Theme, language: str) -> "Feed | None":
        """Answer the assignments' feeds in the language; None = nothing is written in it."""
        if not newsroom.threads(language):
            return None
        label = str(theme.words(language).gettext("Government assignments"))
        return cls(address=newsroom.addresses.section(language, "assignments"), label=label)


def outputs(stage: Stage, theme: Theme, language: str) -> Iterator[Output]:
    """Answer the list, if there is anything to list, and each assignment that is written in the language, as a page and
    as data.
    """
    newsroom = stage.newsroom
    listed = newsroom.listed_assignments(language)
    if listed:
        yield _list(listed, newsroom, theme, language)
    for assignment in listed:
        if assignment.language == language:
            yield _page(assignment, newsroom, theme)
            yield assignment_json_output(assignment, newsroom, stage.bodies)


def _list(listed: tuple[Assignment, ...], newsroom: Newsroom, theme: Theme, language: str) -> Output:
    decisions = [Decision.of(assignment, _next(assignment, newsroom.today)) for assignment in listed]
    feed = Feed.of(newsroom, theme, language)
    return theme.page(
        "assignments.html",
        language,
        theme.section("assignments"),
        (*(decision.input for decision in decisions), Input("feed", fingerprint(repr(feed)))),
        section="assignments",
        feed=feed,
        decisions=decisions,
    )


def _page(assignment: Assignment, newsroom: Newsroom, theme: Theme) -> Output:
    passed = [deadline.id for deadline in assignment.deadlines if deadline.date < newsroom.today]
    answers = newsroom.answers(assignment.language).get(assignment.id, ())
    responses = [Entry.of(release, assignment.language) for release in answers]
    return theme.page(
        "assignment.html",
        assignment.language,
        {assignment.language: assignment.address, **{v.language: v.address for v in assignment.versions}},
        # Not the day itself: the page changes on the day after a deadline, and no other day.
        (assignment.input, Input("passed", fingerprint(*passed)), *(entry.input for entry in responses)),
        section="assignments",
        feed=Feed.of(newsroom, theme, assignment.language),
        assignment=assignment,
        passed=passed,
        responses=responses,
    )


def _next(assignment: Assignment, today: date) -> Deadline | None:
    coming = (deadline for deadline in assignment.deadlines if deadline.date >= today)
    return min(coming, key=lambda deadline: (deadline.date, deadline.id), default=None)

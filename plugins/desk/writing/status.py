"""`press status`: where every text is in its life, and what is left to do about it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rich.table import Table

from plugins.desk.finding import findings
from plugins.desk.project import Project
from plugins.desk.words import _, counted
from plugins.desk.writing import next as upcoming
from plugins.newsroom import Assignment, Fault, Faults, Newsroom, Page, Release, State
from plugins.reading import selection
from plugins.reading.manuscripts import frontmatter
from plugins.reading.reader import read
from plugins.reading.selection import Selected
from plugins.reading.upcoming import Change

Text = Release | Assignment | Page

RIGHTS = ("alt", "credit", "terms")
"""What a picture can't be published without, as front matter calls it."""


class Stage(StrEnum):
    """Where a text is in its life, as a press officer sees it."""

    DRAFT = "draft"
    EMBARGOED = "embargoed"
    PUBLIC = "public"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One text in one language. `at` is when its stage began or, of what is embargoed, will end; None = a draft.

    `behind` says for a translation which revision it is of and which the original has; None = it isn't behind.
    `pictures` are those that lack something, with what that is; `faults` what `press check` has to say of it.
    """

    stage: Stage
    file: str
    language: str
    title: str
    at: datetime | None
    behind: tuple[int, int] | None = None
    pictures: tuple[tuple[str, tuple[str, ...]], ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Answer whether there is nothing to say of it but that it is public."""
        return self.stage is Stage.PUBLIC and not (self.behind or self.pictures or self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All texts, those that aren't public first and then the newest, and what the clock will change."""

    texts: tuple[Standing, ...]
    coming: tuple[Change, ...]

    @property
    def counts(self) -> dict[Stage, int]:
        found = Counter(text.stage for text in self.texts)
        return {stage: found[stage] for stage in Stage}


def status(project: Project) -> Status:
    """Answer where all texts stand. Raises Faults if what is public, or newsroom.yaml, can't be read."""
    cache = project.private / "cache"
    reading = read(project.content, now=project.now, cache=cache, url=project.url, preview=True)
    newsroom = reading.newsroom
    known: list[Text] = [*newsroom.releases, *newsroom.assignments, *newsroom.pages]
    texts = [_standing(text, project) for text in known]
    texts += _unreadable(project, newsroom, {text.source for text in known}, reading.left_out)
    order = list(Stage)
    texts.sort(key=lambda text: text.file)
    texts.sort(key=lambda text: text.at or project.now, reverse=True)
    texts.sort(key=lambda text: min(order.index(text.stage), order.index(Stage.PUBLIC)))
    return Status(texts=tuple(texts), coming=tuple(upcoming.changes(project)))


def table(status: Status, project: Project) -> Table:
    """Answer what isn't simply public, as a table to read."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(_("Stage"), no_wrap=True)
    table.add_column(_("Time"), no_wrap=True)
    table.add_column(_("Text"), overflow="fold")
    for text in status.texts:
        if not text.is_settled:
            stage = _stages()[text.stage]
            when = upcoming.moment(text.at, project) if text.at else ""
            table.add_row(stage, when, "\n".join((text.title, text.file, *_remarks(text))))
    return table


def summary(status: Status) -> str:
    """Answer how many texts there are of each stage, in one line."""
    return ", ".join(f"{_stages()[stage]} {count}" for stage, count in status.counts.items())


def as_json(status: Status, project: Project) -> dict[str, Any]:
    return {
        **upcoming.as_json(list(status.coming), project, names=True),
        "counts": {stage.value: count for stage, count in status.counts.items()},
        "texts": [
            {
                "stage": text.stage.value,
                "file": text.file,
                "language": text.language,
                "title": text.title,
                "at": upcoming.utc(text.at) if text.at else None,
                "behind": {"of_revision": text.behind[0], "revision": text.behind[1]} if text.behind else None,
                "pictures": [{"file": file, "lacks": list(lacks)} for file, lacks in text.pictures],
                "faults": [finding.as_json() for finding in findings(project, text.faults)],
            }
            for text in status.texts
        ],
    }


def _standing(text: Text, project: Project) -> Standing:
    stage = {State.DRAFT: Stage.DRAFT, State.EMBARGOED: Stage.EMBARGOED, State.PUBLIC: Stage.PUBLIC}[text.state]
    at: datetime | None = text.published if stage is not Stage.DRAFT else None
    behind = None
    if isinstance(text, Release) and text.of_revision is not None and text.is_behind:
        behind = text.of_revision, text.revision
    if stage is Stage.PUBLIC and not isinstance(text, Page) and text.revision > 1:
        is_withdrawn = isinstance(text, Release) and text.withdrawn
        stage, at = (Stage.WITHDRAWN if is_withdrawn else Stage.CORRECTED), text.updated
    return Standing(
        stage=stage,
        file=project.shown(project.content / text.source),
        language=text.language,
        title=text.title,
        at=at,
        behind=behind,
    )


def _unreadable(
    project: Project, newsroom: Newsroom, known: set[str], faults: Iterable[Fault]
) -> Iterator[Standing]:
    """Answer the texts that a preview leaves out for their faults: there is the most to do about them."""
    sources, _unread = selection.scan(project.content, newsroom.languages)
    for one in selection.select(sources, project.now, preview=True):
        if one.source.path not in known:
            own = tuple(fault for fault in faults if fault.source == one.source.path)
            yield _unfinished(one, own, project)


def _unfinished(one: Selected, faults: tuple[Fault, ...], project: Project) -> Standing:
    source = one.source
    try:
        front = frontmatter.read(source.file.read_bytes(), source.path).front
    except Faults:
        front = {}
    images = front.get("images")
    lacking = [(image, _lacks(image)) for image in (images if isinstance(images, list) else []) if source.is_original]
    return Standing(
        stage=Stage(one.state.value),
        file=project.shown(project.content / source.path),
        language=source.language,
        title=str(front.get("title", "")),
        at=one.published if one.state is not State.DRAFT else None,
        pictures=tuple((str(image.get("file", "?")), lacks) for image, lacks in lacking if lacks),
        faults=faults,
    )


def _lacks(image: Any) -> tuple[str, ...]:
    return tuple(key for key in RIGHTS if not image.get(key)) if isinstance(image, dict) else ()


def _remarks(text: Standing) -> Iterator[str]:
    if text.behind:
        of, has = text.behind
        yield _("The translation is of version {of}; the original has reached {has}.", of=of, has=has)
    words = {"alt": _("alt text"), "credit": _("photographer"), "terms": _("terms")}
    for file, lacks in text.pictures:
        yield _("The picture {file} lacks {what}.", file=file, what=", ".join(words[key] for key in lacks))
    if text.faults:
        yield counted("{number} fault; see ./press check.", "{number} faults; see ./press check.", len(text.faults))


def _stages() -> dict[Stage, str]:
    return {
        Stage.DRAFT: _("draft"),
        Stage.EMBARGOED: _("embargoed"),
        Stage.PUBLIC: _("public"),
        Stage.CORRECTED: _("corrected"),
        Stage.WITHDRAWN: _("withdrawn"),
    }

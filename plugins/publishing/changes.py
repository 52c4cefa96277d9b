"""What happens to each text when one edition follows another; and which edits nobody has said the kind of.

An edit of what is public is silent (a typo) or told (a clarification, a correction), and it is the one who edits that
says which, under `corrections`. A text that has another content than the public knows, and no correction that is newer
than what the public knows, has been edited in silence.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plugins.newsroom import Assignment, Fault, Newsroom, Release
from plugins.publishing.memory import ASSIGNMENT, Memory, Remembered

Place = Callable[["Change"], tuple[str, int]]
"""Answers where a fault is to be mended: a file (or an address), and its line, 0 = the file as a whole."""


class Step(StrEnum):
    """What a text goes through. Those of `FAULTY` mustn't be published."""

    NEW = "new"
    UNCHANGED = "unchanged"
    TYPO = "typo"
    TOLD = "told"
    TRANSLATED = "translated"
    WITHDRAWN = "withdrawn"
    UNCLASSED = "unclassed"
    UNTOLD = "untold"
    RESTORED = "restored"
    VANISHED = "vanished"


FAULTY = frozenset({Step.UNCLASSED, Step.UNTOLD, Step.RESTORED, Step.VANISHED})

_MESSAGES = {
    Step.UNTOLD: "a correction of {id} that was public is gone; put it back",
    Step.RESTORED: "{id} was withdrawn and would come back; publish it as a new text",
    Step.VANISHED: "{id} was public here and is gone; put it back, or withdraw it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One text's step from what was public to what will be.

    `languages` are those whose content is another; `address` is where that is to be read, in the original's language if
    it has changed there, or the one that is gone. `moved` says that it lies at another address.
    """

    id: str
    step: Step
    address: str
    languages: tuple[str, ...] = ()
    moved: bool = False


def changes(before: Memory, after: Memory) -> list[Change]:
    """Answer the step of every text that was or will be public, by id."""
    gone = [
        Change(id=id, step=Step.VANISHED, address=text.address)
        for id, text in before.texts.items()
        if id not in after.texts
    ]
    kept = [_change(before.texts.get(id), text) for id, text in after.texts.items()]
    return sorted([*kept, *gone], key=lambda change: change.id)


def faults(found: Iterable[Change], now: datetime, place: Place | None = None) -> Iterator[Fault]:
    """Answer what must be mended, at addresses unless `place` knows better. A correction is proposed for `now`."""
    for change in found:
        source, line = place(change) if place else (change.address, 0)
        match change.step:
            case Step.UNCLASSED:
                message = (
                    "this has been changed since it was published; say what was changed and how much it means, as "
                    "corrections: [{{at: {at}, kind: typo, text: …}}]; a typo is silent, a clarification or a "
                    "correction is told to readers"
                )
                yield Fault.at(source, line, message, at=now.isoformat(timespec="minutes"))
            case Step.UNTOLD | Step.RESTORED | Step.VANISHED:
                yield Fault.at(source, line, _MESSAGES[change.step], id=change.id)


def in_files(newsroom: Newsroom, line: Callable[[str, str], int]) -> Place:
    """Answer where in the content a change is mended; `line` answers the line that a key has in a file."""
    texts: list[Release | Assignment] = [*newsroom.releases, *newsroom.assignments]
    sources = {(text.id, text.language): text.source for text in texts}
    originals = {text.id: text.source for text in texts if text.language == text.original_language}

    def place(change: Change) -> tuple[str, int]:
        if change.step is Step.VANISHED or change.id not in originals:
            return change.address, 0
        edited = [sources[change.id, language] for language in change.languages if (change.id, language) in sources]
        source = originals[change.id]
        # corrections belong to the original; what is wrong in a release's translation alone is told where it was edited
        if edited and source not in edited and change.id in newsroom.by_id:
            return edited[0], line(edited[0], "of_revision")
        return source, line(source, "withdrawn" if change.step is Step.RESTORED else "corrections")

    return place


def _change(old: Remembered | None, new: Remembered) -> Change:
    if old is None:
        return Change(id=new.id, step=Step.NEW, address=new.address, languages=tuple(new.content))
    if gone := sorted(set(old.addresses.values()) - set(new.everywhere)):
        return Change(id=new.id, step=Step.VANISHED, address=gone[0])
    languages = tuple(each for each in new.content if _differs(each, old, new))
    moved = not set(old.addresses.values()) <= set(new.addresses.values())
    address = new.address_in(languages or (new.language,))
    return Change(id=new.id, step=_step(old, new, languages), address=address, languages=languages, moved=moved)


def _step(old: Remembered, new: Remembered, languages: tuple[str, ...]) -> Step:
    """Answer the step; `languages` are those whose content is another."""
    if old.withdrawn and not new.withdrawn:
        return Step.RESTORED
    if new.revision < old.revision or set(old.corrections or ()) - set(new.corrections or ()):
        return Step.UNTOLD
    if new.withdrawn and not old.withdrawn:
        return Step.WITHDRAWN
    if new.revision > old.revision:
        return Step.TOLD
    if set(new.corrections or ()) - set(old.corrections or ()):
        return Step.TYPO
    if not languages:
        return Step.UNCHANGED
    return Step.TRANSLATED if all(_is_translated(each, old, new) for each in languages) else Step.UNCLASSED


def _differs(language: str, old: Remembered, new: Remembered) -> bool:
    """Answer whether the content is another. Digests of an assignment from before its corrections were remembered are
    of less than it says, and so can't tell.
    """
    if old.kind == ASSIGNMENT and old.corrections is None:
        return language not in old.content
    return old.content.get(language) != new.content[language]


def _is_translated(language: str, old: Remembered, new: Remembered) -> bool:
    """Answer whether a language version is new, or a translation that has caught up with its original."""
    return language not in old.content or new.of_revision.get(language, 0) > old.of_revision.get(language, 0)

"""What front matter says of changes after the publication: in the original, and worded anew in a translation."""

from collections.abc import Iterable
from dataclasses import replace

from plugins.newsroom import Correction, CorrectionKind, Rewording
from plugins.reading.manuscripts.schema import CorrectionShape
from plugins.reading.selection import Selected
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts.notes import Notes


def of_original(
    given: Iterable[CorrectionShape], selected: Selected, around: Surroundings, notes: Notes
) -> tuple[Correction, ...]:
    """Answer the corrections of an original in the order of time; note those that can't have been made yet."""
    corrections = []
    for index, shape in enumerate(given):
        if not around.preview and not selected.published <= shape.at <= around.now:
            notes.fault(("corrections", index, "at"), "the correction must lie between the publication and now")
        corrections.append(
            Correction(
                at=around.moment(shape.at),
                kind=CorrectionKind(shape.kind),
                text=shape.text,
                changes=_changes(shape),
            )
        )
    return tuple(sorted(corrections, key=lambda correction: correction.at))


def of_translation(
    original: Iterable[Correction], given: Iterable[CorrectionShape], notes: Notes
) -> tuple[Correction, ...]:
    """Answer the original's corrections in the translation's words, or else in its own; note those it doesn't have."""
    texts = {}
    original = tuple(original)
    known = {correction.at for correction in original}
    for index, shape in enumerate(given):
        if shape.at not in known:
            notes.fault(("corrections", index, "at"), "the original has no correction at this time")
        texts[shape.at] = shape
    # the original's passages aren't in this language
    return tuple(
        replace(correction, text=own.text, changes=_changes(own))
        if (own := texts.get(correction.at))
        else replace(correction, changes=())
        for correction in original
    )


def _changes(given: CorrectionShape) -> tuple[Rewording, ...]:
    return tuple(Rewording(before=shape.before, after=shape.after) for shape in given.changes)

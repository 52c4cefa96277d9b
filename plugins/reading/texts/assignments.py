"""From a folder's files to one Assignment per language."""

from collections.abc import Iterable
from dataclasses import replace

from plugins.newsroom import Assignment, Deadline, Funding, Signatory, Task
from plugins.reading.manuscripts import shaping
from plugins.reading.manuscripts.schema import AssignmentShape, FundingShape
from plugins.reading.manuscripts.written import written_digest
from plugins.reading.selection import Selected
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts import attachments, corrections
from plugins.reading.texts.notes import Notes
from plugins.reading.typesetting import typesetting

OPTIONAL = ("ministry", "decision_date", "decision_number", "case_number", "funding")
"""Fields that may be missing as a whole; `funding.amount` and `signatories.1.role` may be missing in part."""


def read(selected: Selected, of: Assignment | None, around: Surroundings) -> Assignment:
    """Answer the assignment in one language. Every language version is whole, but for the corrections, which are those
    of the original (`of`, None = this is it). Raises Faults.
    """
    manuscript = typesetting.manuscript(selected.source, around)
    shape = shaping.shape(manuscript, AssignmentShape)
    source = selected.source
    notes = Notes(manuscript, source.language)
    notes.check_language(around.masthead)
    address = around.masthead.addresses.assignment(source.language, source.year, source.slug)
    documents = attachments.documents(shape.documents, selected, address, around, notes)
    corrected = (
        corrections.of_translation(of.corrections, shape.corrections, notes)
        if of
        else corrections.of_original(shape.corrections, selected, around, notes)
    )
    _check_missing(shape, notes)
    for key, ids in (("tasks", [t.id for t in shape.tasks]), ("deadlines", [d.id for d in shape.deadlines])):
        for index, id in enumerate(ids):
            if id in ids[:index]:
                notes.fault((key, index, "id"), "{slug} stands here twice", slug=id)
    digest = notes.attempt(lambda: typesetting.body(manuscript, around, (), documents), "")
    notes.raise_if_any()
    return Assignment(
        id=shape.id,
        language=source.language,
        original_language=of.language if of else source.language,
        year=source.year,
        slug=source.slug,
        address=address,
        source=source.path,
        state=selected.state,
        published=around.moment(selected.published),
        title=shape.title,
        issuer=shape.issuer,
        ministry=shape.ministry,
        recipient=shape.recipient,
        decision_date=shape.decision_date,
        decision_number=shape.decision_number,
        case_number=shape.case_number,
        operative=shape.operative,
        tasks=tuple(Task(id=t.id, text=t.text) for t in shape.tasks),
        consult_with=shape.consult_with,
        deadlines=tuple(
            sorted(
                (Deadline(id=d.id, date=d.date, action=d.action, to=d.to) for d in shape.deadlines),
                key=lambda deadline: (deadline.date, deadline.id),
            )
        ),
        funding=_funding(shape.funding),
        conditions=shape.conditions,
        legal_refs=attachments.links(shape.legal_refs),
        signatories=tuple(Signatory(name=s.name, role=s.role) for s in shape.signatories),
        copies_to=shape.copies_to,
        documents=documents,
        corrections=corrected,
        body_digest=digest,
        written_digest=written_digest(manuscript, around),
        missing=shape.missing,
        moved_from=attachments.old_addresses(shape.moved_from),
        versions=(),
    )


def together(texts: Iterable[Assignment]) -> list[Assignment]:
    """Answer the language versions of one assignment, each knowing the others."""
    texts = list(texts)
    return [replace(text, versions=attachments.versions(texts, text.language)) for text in texts]


def _funding(shape: FundingShape | None) -> Funding | None:
    if shape is None:
        return None
    return Funding(
        year=shape.year,
        amount=shape.amount,
        appropriation=shape.appropriation,
        item=shape.item,
        payer=shape.payer,
        mode=shape.mode,
    )


def _check_missing(shape: AssignmentShape, notes: Notes) -> None:
    """What is left out must be said to be missing, and what is given must not."""
    can_be_missing: dict[str, object] = {name: getattr(shape, name) for name in OPTIONAL}
    if shape.funding:
        can_be_missing |= {f"funding.{name}": value for name, value in shape.funding.model_dump().items()}
    can_be_missing |= {f"signatories.{index}.role": s.role for index, s in enumerate(shape.signatories)}
    for index, name in enumerate(shape.missing):
        if name not in can_be_missing:
            notes.fault(("missing", index), "{name} is nothing that can be missing", name=name)
        elif can_be_missing[name] is not None:
            notes.fault(("missing", index), "{name} is said to be missing, but it is given", name=name)
    for name, value in can_be_missing.items():
        required = name in ("decision_date", "case_number") or name.endswith(".role")
        if required and value is None and name not in shape.missing:
            message = "{name} is not given; give it, or name it under missing if the source lacks it"
            notes.fault((), message, name=name)

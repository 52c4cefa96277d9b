"""Whether the texts agree with each other: ids, references and addresses, which no text can judge by itself."""

from collections import Counter

from plugins.newsroom import Assignment, Fault, Page, Release, State
from plugins.reading.masthead import masthead
from plugins.reading.surroundings import Surroundings
from plugins.reading.texts.found import Texts
from plugins.reading.texts.notes import Notes


def disagreements(texts: Texts, around: Surroundings) -> list[Fault]:
    """Answer the faults of texts that are right one by one but not together, and of a press desk that has closed."""
    return [
        *_desk_faults(around),
        *_id_faults(texts, around),
        *_reference_faults(texts, around),
        *_address_faults(texts, around),
    ]


def _desk_faults(around: Surroundings) -> list[Fault]:
    head, now = around.masthead, around.now
    desk = head.press_desk
    if desk.is_valid(head.day(now)):
        return []
    message = "{slug} is the press desk, but was valid until {day}"
    place = ("contacts", desk.slug, "valid_until")
    return [masthead.fault(around.content, place, message, slug=desk.slug, day=desk.valid_until)]


def _id_faults(texts: Texts, around: Surroundings) -> list[Fault]:
    faults = []
    first: dict[str, str] = {}
    identified: list[Release | Assignment] = [*texts.releases, *texts.assignments]
    originals = [text for text in identified if text.language == text.original_language]
    if len({text.id for text in originals}) == len(originals):
        return []
    # A copy is told of, not what it was copied from, which readers already know by its id
    for text in sorted(originals, key=lambda text: (text.state is State.DRAFT, text.published, text.source)):
        other = first.setdefault(text.id, text.source)
        if other != text.source:
            message = "the id {id} belongs to {other}; make up another one here: 8 characters a–z and 0–9"
            faults.append(_fault(around, text.source, ("id",), message, id=text.id, other=other))
    return faults


def _reference_faults(texts: Texts, around: Surroundings) -> list[Fault]:
    """Releases may only point to what is public at the same moment."""
    faults = []
    assigned = {assignment.id for assignment in texts.assignments}
    released = {release.id for release in texts.releases}
    pointing = (release for release in texts.releases if release.responds_to or release.withdrawn)
    for release in (release for release in pointing if not release.is_translation):
        for index, id in enumerate(release.responds_to):
            if id not in assigned:
                message = "responds_to points to {id}, which is no public assignment"
                faults.append(_fault(around, release.source, ("responds_to", index), message, id=id))
        by = release.withdrawn.by if release.withdrawn else None
        if by is not None and (by not in released or by == release.id):
            message = "by points to {id}, which is no other public release"
            faults.append(_fault(around, release.source, ("withdrawn", "by"), message, id=by))
    return faults


def _address_faults(texts: Texts, around: Surroundings) -> list[Fault]:
    """Two texts can't have the same address, nor can an old address be somebody's new one."""
    faults = []
    everything: list[Release | Assignment | Page] = [*texts.releases, *texts.assignments, *texts.pages]
    movable: list[Release | Assignment] = [*texts.releases, *texts.assignments]
    own = {text.address: text.source for text in everything}
    standing = {text.address for text in texts.pages if text.key in _STANDING}
    taken = around.links.sections - standing
    if len(own) < len(everything) or taken & own.keys():
        counted = Counter(text.address for text in everything)
        for text in everything:
            if counted[text.address] > 1 or text.address in taken:
                message = "the address /{address} is already taken; choose another folder name"
                faults.append(_fault(around, text.source, (), message, address=text.address))
    old: dict[str, str] = {}
    for moved in (text for text in movable if text.moved_from):
        for index, address in enumerate(moved.moved_from):
            plain = address if address.endswith("/") or "." in address.rpartition("/")[2] else address + "/"
            other = own.get(plain) or (masthead.FILE if plain in taken else None) or old.get(plain)
            if other is not None:
                message = "moved_from holds /{address}, but that address belongs to {other}"
                place = ("moved_from", index)
                faults.append(_fault(around, moved.source, place, message, address=address, other=other))
            old[plain] = moved.source
    return faults


_STANDING = ("about", "accessibility", "privacy", "follow")
"""Pages whose text is content, at addresses that the room promises."""


def _fault(around: Surroundings, source: str, path: tuple[str | int, ...], message: str, **values: object) -> Fault:
    """Answer a fault in a file that was read before: only now, when there is one, its lines are looked up again."""
    from plugins.reading.manuscripts import frontmatter  # noqa: PLC0415 - slow to load, and seldom is there a fault

    manuscript = frontmatter.read((around.content / source).read_bytes(), source)
    notes = Notes(manuscript, "")
    notes.fault(path, message, **values)
    return notes.faults[0]

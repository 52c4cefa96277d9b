"""The content folder at a moment, as a newsroom. Everything is read once; every fault is told at once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from plugins.media.darkroom import Darkroom
from plugins.newsroom import Assignment, Fault, Faults, Newsroom, Page, PressMaterial, Release, State
from plugins.newsroom.addresses import WORDS
from plugins.reading import assignments, frontmatter, masthead, pages, releases
from plugins.reading.bodies import MARKDOWN, Links, StoredBodies
from plugins.reading.galleys import Galleys
from plugins.reading.masthead import Masthead
from plugins.reading.selection import Kind, Selected, Source, scan, select
from plugins.reading.surroundings import Notes, Surroundings

N = TypeVar("N", Release, Assignment, Page)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of reading: the newsroom, its bodies, and what the sources lack as (file, field).

    `darkroom` and `galleys` keep finished pictures and bodies.
    `left_out` are the faults of texts that a preview had to do without; otherwise there are none.
    """

    newsroom: Newsroom
    bodies: StoredBodies
    darkroom: Darkroom
    galleys: Galleys
    missing: tuple[tuple[str, str], ...]
    left_out: tuple[Fault, ...] = ()

    def tidy(self) -> None:
        """Forget what this reading had no use for, so that no picture or body outlives its text in the cache."""
        self.darkroom.prune()
        self.galleys.prune()


def read(
    content: Path,
    *,
    now: datetime,
    cache: Path,
    url: str = "",
    preview: bool = False,
    markdown: Mapping[str, Any] = MARKDOWN,
) -> Reading:
    """Answer what is public at `now`, or in a preview everything, with drafts and embargoed texts marked.

    `cache` is a folder for finished pictures and bodies; `url` goes before newsroom.yaml's own; `markdown` are
    Python-Markdown's options. Raises Faults with everything that is wrong in what was read, in the order of files and
    lines. Only a preview can do without a text: one that isn't public yet and has faults is left out, so that
    somebody's unfinished draft doesn't stop the others from seeing theirs.
    """
    left_out: list[Fault] = []
    while True:
        without = frozenset(fault.source for fault in left_out)
        try:
            reading = _read(content, now, cache, url, markdown, preview=preview, without=without)
        except Faults as found:
            faulty = {fault.source for fault in found.faults}
            if not preview or not faulty or not faulty <= _not_public(content, now) - without:
                raise Faults([*left_out, *found.faults]) from None
            left_out += found.faults
        else:
            return replace(reading, left_out=tuple(sorted(left_out)))


def _not_public(content: Path, now: datetime) -> set[str]:
    sources, _ = scan(content, masthead.languages(content))
    return {one.source.path for one in select(sources, now, preview=True) if one.state is not State.PUBLIC}


def _read(
    content: Path,
    now: datetime,
    cache: Path,
    url: str,
    markdown: Mapping[str, Any],
    *,
    preview: bool,
    without: frozenset[str],
) -> Reading:
    sources, faults = scan(content, masthead.languages(content))
    try:
        head = masthead.read(content, url)
    except Faults as found:
        raise Faults([*faults, *found.faults]) from None
    selected = select(sources, now, preview=preview)
    folders_without = {one.source.folder for one in selected if one.source.is_original and one.source.path in without}
    shown = [o for o in selected if o.source.path not in without and o.source.folder not in folders_without]
    images_page = head.site.absolute(head.addresses.section(head.shape.languages[0], "images"))
    darkroom = Darkroom(cache / "media", rights_url=images_page)
    around = Surroundings(
        content=content,
        masthead=head,
        darkroom=darkroom,
        bodies=StoredBodies(),
        galleys=Galleys(cache / "bodies", markdown),
        links=_links(head, sources, selected),
        markdown=markdown,
        now=now,
        preview=preview,
    )
    collector = _Collector(faults)
    materials = collector.one(partial(masthead.press_materials, content, head, darkroom))
    everything = _Texts(
        releases=_releases(shown, around, collector),
        assignments=_texts(Kind.ASSIGNMENT, shown, around, collector, assignments.read, assignments.together),
        pages=_texts(Kind.PAGE, shown, around, collector, pages.read, pages.together),
    )
    faults += _desk_faults(head, now)
    faults += _id_faults(everything, around)
    faults += _reference_faults(everything, around)
    faults += _address_faults(everything, around)
    if faults:
        raise Faults(faults)
    lacking: list[Release | Assignment] = [*everything.assignments, *everything.releases]
    return Reading(
        newsroom=_newsroom(head, everything, materials or (), now),
        bodies=around.bodies,
        darkroom=darkroom,
        galleys=around.galleys,
        missing=tuple((text.source, field) for text in lacking for field in text.missing),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    releases: list[Release]
    assignments: list[Assignment]
    pages: list[Page]


T = TypeVar("T")


class _Collector:
    """Lets reading go on after a faulty file, so that all faults are told."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def one(self, action: Callable[[], T]) -> T | None:
        """Answer what the action answers, or note its faults and answer None."""
        try:
            return action()
        except Faults as found:
            self.faults += found.faults
            return None


def _folders(kind: Kind, selected: Iterable[Selected]) -> dict[str, list[Selected]]:
    """Answer the folders of one kind, each with its language versions, the original first."""
    folders: dict[str, list[Selected]] = defaultdict(list)
    for one in selected:
        if one.source.kind is kind:
            folders[one.source.folder].append(one)
    for ones in folders.values():
        ones.sort(key=lambda one: (not one.source.is_original, one.source.path))
    return folders


def _releases(selected: Iterable[Selected], around: Surroundings, collector: _Collector) -> list[Release]:
    found: list[Release] = []
    for first, *others in _folders(Kind.RELEASE, selected).values():
        original = collector.one(partial(releases.original, first, around))
        if original is None:
            continue
        texts = [original]
        for other in others:
            text = collector.one(partial(releases.translation, other, original, around))
            texts += [text] if text else []
        found += releases.together(texts)
    return sorted(found, key=lambda r: (r.published, r.id, r.language), reverse=True)


def _texts(
    kind: Kind,
    selected: Iterable[Selected],
    around: Surroundings,
    collector: _Collector,
    read_one: Callable[[Selected, str, Surroundings], N],
    together: Callable[[Iterable[N]], list[N]],
) -> list[N]:
    found: list[N] = []
    for ones in _folders(kind, selected).values():
        language = ones[0].source.language
        texts = [collector.one(partial(read_one, one, language, around)) for one in ones]
        found += together([text for text in texts if text is not None])
    return sorted(found, key=lambda text: (text.published, text.source), reverse=True)


def _links(head: Masthead, sources: Iterable[Source], selected: Iterable[Selected]) -> Links:
    texts = {one.source.path: _address(head, one.source) for one in selected}
    sections = {head.addresses.section(language, key) for language in head.shape.languages for key in WORDS["en"]}
    homes = {head.addresses.home(language) for language in head.shape.languages}
    return Links(
        site=head.site,
        texts=texts,
        others=frozenset(source.path for source in sources) - texts.keys(),
        sections=frozenset(sections - {head.addresses.section(lang, "part") for lang in head.shape.languages} | homes),
    )


def _address(head: Masthead, source: Source) -> str:
    if source.kind is Kind.PAGE:
        return head.addresses.section(source.language, source.slug)
    if source.kind is Kind.ASSIGNMENT:
        return head.addresses.assignment(source.language, source.year, source.slug)
    return head.addresses.release(source.language, source.year, source.slug)


def _desk_faults(head: Masthead, now: datetime) -> list[Fault]:
    desk = head.press_desk
    if desk.is_valid(head.day(now)):
        return []
    line = head.manuscript.line(("contacts", desk.slug, "valid_until"))
    message = "{slug} is the press desk, but was valid until {day}"
    return [Fault.at(masthead.FILE, line, message, slug=desk.slug, day=desk.valid_until)]


def _id_faults(texts: _Texts, around: Surroundings) -> list[Fault]:
    faults = []
    first: dict[str, str] = {}
    identified: list[Release | Assignment] = [*texts.releases, *texts.assignments]
    # A copy is told of, not what it was copied from, which readers already know by its id
    for text in sorted(identified, key=lambda text: (text.state is State.DRAFT, text.published, text.source)):
        if text.language != text.original_language:
            continue
        other = first.setdefault(text.id, text.source)
        if other != text.source:
            message = "the id {id} belongs to {other}; make up another one here: 8 characters a–z and 0–9"
            faults.append(_fault(around, text.source, ("id",), message, id=text.id, other=other))
    return faults


def _reference_faults(texts: _Texts, around: Surroundings) -> list[Fault]:
    """Releases may only point to what is public at the same moment."""
    faults = []
    assigned = {assignment.id for assignment in texts.assignments}
    released = {release.id for release in texts.releases}
    for release in texts.releases:
        if release.is_translation:
            continue
        for index, id in enumerate(release.responds_to):
            if id not in assigned:
                message = "responds_to points to {id}, which is no public assignment"
                faults.append(_fault(around, release.source, ("responds_to", index), message, id=id))
        by = release.withdrawn.by if release.withdrawn else None
        if by is not None and (by not in released or by == release.id):
            message = "by points to {id}, which is no other public release"
            faults.append(_fault(around, release.source, ("withdrawn", "by"), message, id=by))
    return faults


def _address_faults(texts: _Texts, around: Surroundings) -> list[Fault]:
    """Two texts can't have the same address, nor can an old address be somebody's new one."""
    faults = []
    everything: list[Release | Assignment | Page] = [*texts.releases, *texts.assignments, *texts.pages]
    movable: list[Release | Assignment] = [*texts.releases, *texts.assignments]
    own = {text.address: text.source for text in everything}
    counted = Counter(text.address for text in everything)
    standing = {text.address for text in texts.pages if text.key in _STANDING}
    taken = around.links.sections - standing
    for text in everything:
        if counted[text.address] > 1 or text.address in taken:
            message = "the address /{address} is already taken; choose another folder name"
            faults.append(_fault(around, text.source, (), message, address=text.address))
    old: dict[str, str] = {}
    for moved in movable:
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
    manuscript = frontmatter.read((around.content / source).read_bytes(), source)
    notes = Notes(manuscript, "")
    notes.fault(path, message, **values)
    return notes.faults[0]


def _newsroom(
    head: Masthead, texts: _Texts, materials: tuple[PressMaterial, ...], now: datetime
) -> Newsroom:
    shape = head.shape
    return Newsroom(
        now=now,
        site=head.site,
        addresses=head.addresses,
        timezone=head.timezone,
        languages=shape.languages,
        demonstration=shape.demonstration,
        publisher=head.publisher,
        press_desk=head.press_desk,
        contacts=tuple(contact for contact in head.contacts.values() if contact.is_valid(head.day(now))),
        keywords=tuple(head.keywords.values()),
        types=tuple(head.types.values()),
        audiences=tuple(head.audiences.values()),
        terms=tuple(head.terms.values()),
        boilerplate=masthead.localized(shape.boilerplate, head),
        introduction=masthead.localized(shape.introduction, head),
        teaser=masthead.localized(shape.teaser, head),
        subscription_promise=masthead.localized(shape.subscription.promise, head),
        subscription_endpoint=shape.subscription.endpoint,
        security=head.security(),
        press_materials=materials,
        releases=tuple(texts.releases),
        assignments=tuple(texts.assignments),
        pages=tuple(texts.pages),
        input=head.input,
    )

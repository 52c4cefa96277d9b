"""The content folder at a moment, as a newsroom. Everything is read once; every fault is told at once."""

import gc
import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from plugins.media.darkroom import Darkroom
from plugins.newsroom import Assignment, Fault, Faults, Newsroom, Page, PressMaterial, Release, State, fingerprint
from plugins.newsroom.addresses import WORDS
from plugins.reading import assignments, masthead, pages, releases
from plugins.reading.agreement import disagreements
from plugins.reading.bodies import MARKDOWN, Links
from plugins.reading.galleys import Galleys, StoredBodies
from plugins.reading.masthead import Masthead
from plugins.reading.memory import Memory, Remembered, finished
from plugins.reading.program import program
from plugins.reading.selection import Kind, Selected, Source, scan, select
from plugins.reading.surroundings import Surroundings
from plugins.reading.survey import Stamps, survey
from plugins.reading.texts import Texts
from plugins.reading.upcoming import due


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of reading: the newsroom, its bodies, and what the sources lack as (file, field).

    `darkroom`, `galleys` and `memory` keep finished pictures, bodies and nouns for the next reading.
    `due` is when the clock will change something next (None = never).
    `left_out` are the faults of texts that a preview had to do without; otherwise there are none.
    """

    newsroom: Newsroom
    bodies: StoredBodies
    darkroom: Darkroom
    galleys: Galleys
    memory: Memory
    missing: tuple[tuple[str, str], ...]
    due: datetime | None
    left_out: tuple[Fault, ...] = ()

    def keep(self) -> None:
        """Remember what has been read, and forget what there is no use for any more: no picture or body outlives its
        text in the cache, also if an earlier reading was killed or stopped by a fault before it came here.
        """
        self.memory.keep()
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
    jobs: int = 1,
    stamps: Stamps | None = None,
) -> Reading:
    """Answer what is public at `now`, or in a preview everything, with drafts and embargoed texts marked.

    `cache` is a folder for finished pictures and bodies; `url` goes before newsroom.yaml's own; `markdown` are
    Python-Markdown's options; `jobs` is how many processes may read, which changes nothing else. `stamps` are a survey
    of the content that somebody has just made.

    Raises Faults with everything that is wrong in what was read, in the order of files and lines. Only a preview can
    do without a text: one that isn't public yet and has faults is left out, so that
    somebody's unfinished draft doesn't stop the others from seeing theirs.
    """
    with _much_to_keep():
        seen = survey(content) if stamps is None else stamps
        return _told_or_left_out(content, now, cache, url, markdown, seen, preview=preview, jobs=jobs)


@contextmanager
def _much_to_keep() -> Iterator[None]:
    """Put off looking for garbage: what is read is kept, and looking through it again and again takes as long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _told_or_left_out(
    content: Path,
    now: datetime,
    cache: Path,
    url: str,
    markdown: Mapping[str, Any],
    stamps: Stamps,
    *,
    preview: bool,
    jobs: int,
) -> Reading:
    left_out: list[Fault] = []
    while True:
        without = frozenset(fault.source for fault in left_out)
        try:
            reading = _read(content, now, cache, url, markdown, stamps, preview=preview, without=without, jobs=jobs)
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
    stamps: Stamps,
    *,
    preview: bool,
    without: frozenset[str],
    jobs: int,
) -> Reading:
    try:
        head = masthead.read(content, url)
    except Faults as found:
        _, faults = scan(content, masthead.languages(content))
        raise Faults([*faults, *found.faults]) from None
    images_page = head.site.absolute(head.addresses.section(head.shape.languages[0], "images"))
    darkroom = Darkroom(cache / "media", rights_url=images_page)
    maker = _maker(head, now, markdown, (str(content), str(cache)), preview=preview)
    memory = Memory(cache, content, maker, now, stamps)
    sources, recalled, faults = _scanned(content, head, memory, darkroom)
    selected = select(sources, now, preview=preview)
    texts = _addresses(head, selected, recalled)
    while moved := [one for one in recalled if any(texts.get(path) != address for path, address in one.led)]:
        for one in moved:
            memory.forget(one)
        sources, recalled, faults = _scanned(content, head, memory, darkroom)
        selected = select(sources, now, preview=preview)
        texts = _addresses(head, selected, recalled)
    folders_without = {one.source.folder for one in selected if one.source.is_original and one.source.path in without}
    shown = [o for o in selected if o.source.path not in without and o.source.folder not in folders_without]
    galleys = Galleys(cache / "bodies", markdown)
    around = Surroundings(
        content=content,
        masthead=head,
        darkroom=darkroom,
        bodies=StoredBodies(galleys, lambda text: around.body_again(text)),
        galleys=galleys,
        links=_links(head, sources, texts),
        markdown=markdown,
        now=now,
        preview=preview,
    )
    collector = _Collector(faults)
    materials = collector.one(partial(masthead.press_materials, content, head, darkroom))
    fresh = Texts(
        releases=_releases(shown, around, collector, jobs),
        assignments=_assignments(shown, around, collector),
        pages=_pages(shown, around, collector),
    )
    for one in recalled:
        for digest, key in one.galleys:
            around.bodies.recall(digest, key, dict(one.led))
    everything = fresh.with_recalled(recalled)
    faults += disagreements(everything, around)
    if faults:
        raise Faults(faults)
    _remember(fresh, sources, around, memory)
    lacking: list[Release | Assignment] = [*everything.assignments, *everything.releases]
    return Reading(
        newsroom=_newsroom(head, everything, materials or (), now),
        bodies=around.bodies,
        darkroom=darkroom,
        galleys=around.galleys,
        memory=memory,
        missing=tuple((text.source, field) for text in lacking for field in text.missing),
        due=due(sources, head, everything.assignments, now),
    )


def _maker(head: Masthead, now: datetime, markdown: Mapping[str, Any], places: Iterable[str], *, preview: bool) -> str:
    """Answer a fingerprint of all that a text is made with besides the files in its folder.

    `places` are the folders that the nouns' files lie in: elsewhere they must be found anew.
    """
    # a contact that has left gives way to the press desk in every release that names it
    valid = sorted(slug for slug, contact in head.contacts.items() if contact.is_valid(head.day(now)))
    return fingerprint(program(), *places, repr(markdown), head.input.fingerprint, str(preview), *valid)


def _scanned(
    content: Path, head: Masthead, memory: Memory, darkroom: Darkroom
) -> tuple[list[Source], list[Remembered], list[Fault]]:
    """Answer the sources of what is not remembered, what is, and what can't be read about the sources."""
    recalled: list[Remembered] = []

    def is_known(folder: str) -> bool:
        known = memory.recalled(folder)
        if known is None:
            return False
        if not all(map(darkroom.holds, known.pictures)):
            memory.forget(known)
            return False
        recalled.append(known)
        return True

    sources, faults = scan(content, head.shape.languages, is_known)
    return sources, recalled, faults


def _addresses(head: Masthead, selected: Iterable[Selected], recalled: Iterable[Remembered]) -> dict[str, str]:
    """Answer where each text is that will be read or has been, by its path below the content folder."""
    addresses = {text.source: text.address for one in recalled for text in one.read}
    addresses |= {one.source.path: _address(head, one.source) for one in selected}
    return addresses


def _remember(fresh: Texts, sources: Iterable[Source], around: Surroundings, memory: Memory) -> None:
    """Remember the folders of which every text is public. Of the others nothing may lie in a cache."""
    written = Counter(source.folder for source in sources)
    folders: dict[str, list[Release | Assignment | Page]] = defaultdict(list)
    everything: list[Release | Assignment | Page] = [*fresh.releases, *fresh.assignments, *fresh.pages]
    for text in everything:
        if text.state is State.PUBLIC:
            folders[text.source.rpartition("/")[0]].append(text)
    for folder, texts in folders.items():
        if len(texts) == written[folder]:
            kept = {text.body_digest: around.bodies.kept(text) for text in texts}
            led = {path: address for _, leads in kept.values() for path, address in leads.items()}
            keys = {digest: key for digest, (key, _) in kept.items()}
            memory.remember(folder, texts, led, keys, around.digests(around.content / folder))


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


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a release's folder: its texts and faults, and what reading them left behind in this process."""

    texts: list[Release]
    faults: list[Fault]
    bodies: dict[str, tuple[str, dict[str, str]]]
    folder: Path
    digests: dict[str, str]


def _releases(selected: Iterable[Selected], around: Surroundings, collector: _Collector, jobs: int) -> list[Release]:
    folders = list(_folders(Kind.RELEASE, selected).values())
    found: list[Release] = []
    for outcome in _outcomes(folders, around, jobs):
        collector.faults += outcome.faults
        found += outcome.texts
        for digest, (key, led) in outcome.bodies.items():
            around.bodies.recall(digest, key, led)
        around.read[outcome.folder].update(outcome.digests)
    for release in found:
        for image in release.images:
            around.darkroom.holds(finished(image))
    return found


def _outcomes(folders: list[list[Selected]], around: Surroundings, jobs: int) -> Iterator[_Outcome]:
    """Read the folders, over several processes if there are many; the outcomes come in the folders' order."""
    if jobs < 2 or len(folders) < 4 * _CHUNK:
        yield from (_release(ones, around) for ones in folders)
        return
    # forked, so that what the texts stand among need not be sent
    _shared["around"] = around
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(_release_apart, folders, chunksize=_CHUNK)


_CHUNK = 32
"""Folders that a process reads at a time."""

_shared: dict[str, Surroundings] = {}


def _release_apart(ones: list[Selected]) -> _Outcome:
    return _release(ones, _shared["around"])


def _release(ones: list[Selected], around: Surroundings) -> _Outcome:
    """Answer what comes of a folder, of which the original is the first."""
    faults: list[Fault] = []
    collector = _Collector(faults)
    first, *others = ones
    original = collector.one(partial(releases.original, first, around))
    texts: list[Release] = []
    if original is not None:
        found = [original]
        for other in others:
            text = collector.one(partial(releases.translation, other, original, around))
            found += [text] if text else []
        texts = releases.together(found)
    kept = {text.body_digest: around.bodies.kept(text) for text in texts}
    folder = first.source.file.parent
    return _Outcome(texts, faults, kept, folder, around.digests(folder))


def _assignments(selected: Iterable[Selected], around: Surroundings, collector: _Collector) -> list[Assignment]:
    found: list[Assignment] = []
    for first, *others in _folders(Kind.ASSIGNMENT, selected).values():
        original = collector.one(partial(assignments.read, first, None, around))
        if original is not None:
            texts = [collector.one(partial(assignments.read, other, original, around)) for other in others]
            found += assignments.together([original, *(text for text in texts if text)])
    return found


def _pages(selected: Iterable[Selected], around: Surroundings, collector: _Collector) -> list[Page]:
    found: list[Page] = []
    for ones in _folders(Kind.PAGE, selected).values():
        language = ones[0].source.language
        texts = [collector.one(partial(pages.read, one, language, around)) for one in ones]
        found += pages.together([text for text in texts if text is not None])
    return found


def _links(head: Masthead, sources: Iterable[Source], texts: Mapping[str, str]) -> Links:
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


def _newsroom(
    head: Masthead, texts: Texts, materials: tuple[PressMaterial, ...], now: datetime
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

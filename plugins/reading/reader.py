"""The content folder at a moment, as a newsroom. Everything is read once; every fault is told at once."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from plugins.media.darkroom import Darkroom
from plugins.newsroom import Assignment, Fault, Faults, Newsroom, PressMaterial, Release, State, fingerprint
from plugins.newsroom.addresses import WORDS
from plugins.reading import masthead
from plugins.reading.agreement import disagreements
from plugins.reading.body import MARKDOWN, Links
from plugins.reading.crew import outcomes
from plugins.reading.folders import Collector, folders
from plugins.reading.galleys import Galleys
from plugins.reading.masthead import Masthead
from plugins.reading.materials import press_materials
from plugins.reading.memory import Memory
from plugins.reading.program import program
from plugins.reading.remembered import Read, Remembered, finished
from plugins.reading.selection import Kind, Selected, Source, scan, select
from plugins.reading.stored import StoredBodies
from plugins.reading.surroundings import Surroundings
from plugins.reading.survey import Survey
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
    survey: Survey | None = None,
) -> Reading:
    """Answer what is public at `now`, or in a preview everything, with drafts and embargoed texts marked.

    `cache` is a folder for finished pictures and bodies; `url` goes before newsroom.yaml's own; `markdown` are
    Python-Markdown's options; `jobs` is how many processes may read, which changes nothing else. `survey` is one
    of the content that somebody has just made.

    Raises Faults with everything that is wrong in what was read, in the order of files and lines. Only a preview can
    do without a text: one that isn't public yet and has faults is left out, so that
    somebody's unfinished draft doesn't stop the others from seeing theirs.
    """
    with _much_to_keep():
        seen = survey or Survey.of([content])
        return _told_or_left_out(content, now, cache, url, markdown, seen, preview=preview, jobs=jobs)


@contextmanager
def _much_to_keep() -> Iterator[None]:
    """Put off looking for garbage: what is read is kept, and looking through it again and again takes as long."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _told_or_left_out(
    content: Path,
    now: datetime,
    cache: Path,
    url: str,
    markdown: Mapping[str, Any],
    survey: Survey,
    *,
    preview: bool,
    jobs: int,
) -> Reading:
    left_out: list[Fault] = []
    while True:
        without = frozenset(fault.source for fault in left_out)
        try:
            reading = _read(content, now, cache, url, markdown, survey, preview=preview, without=without, jobs=jobs)
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
    survey: Survey,
    *,
    preview: bool,
    without: frozenset[str],
    jobs: int,
) -> Reading:
    try:
        head = masthead.read(content, url, cache)
    except Faults as found:
        _, faults = scan(content, masthead.languages(content))
        raise Faults([*faults, *found.faults]) from None
    images_page = head.site.absolute(head.addresses.section(head.languages[0], "images"))
    darkroom = Darkroom(cache / "media", rights_url=images_page)
    maker = _maker(head, now, markdown, (str(content), str(cache)), preview=preview)
    memory = Memory(cache, content, maker, now, survey, head.listed)
    while True:
        sources, recalled, faults = _scanned(content, head, memory, darkroom)
        selected = select(sources, now, preview=preview)
        texts = _addresses(head, selected, recalled)
        moved = [one for one in recalled if any(texts.get(path) != address for path, address in one.led)]
        if not moved:
            break
        for one in moved:
            memory.forget(one)
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
    collector = Collector(faults)
    materials = collector.one(partial(press_materials, content, head, darkroom))
    fresh: list[Read] = []
    for outcome in outcomes(folders(shown), around, memory, jobs):
        faults += outcome.faults
        fresh += outcome.texts
        around.bodies.recall(outcome.galleys)
        if outcome.remembered:
            memory.remember(outcome.remembered)
    for text in fresh:
        for image in getattr(text, "images", ()):
            darkroom.holds(finished(image))  # another process may have asked for it
    for one in recalled:
        around.bodies.recall(one.galleys)
    everything = Texts.of([*fresh, *(text for one in recalled for text in one.read)])
    faults += disagreements(everything, around)
    if faults:
        raise Faults(faults)
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

    sources, faults = scan(content, head.languages, is_known)
    return sources, recalled, faults


def _addresses(head: Masthead, selected: Iterable[Selected], recalled: Iterable[Remembered]) -> dict[str, str]:
    """Answer where each text is that will be read or has been, by its path below the content folder."""
    addresses = {text.source: text.address for one in recalled for text in one.read}
    addresses |= {one.source.path: _address(head, one.source) for one in selected}
    return addresses


def _links(head: Masthead, sources: Iterable[Source], texts: Mapping[str, str]) -> Links:
    sections = {head.addresses.section(language, key) for language in head.languages for key in WORDS["en"]}
    homes = {head.addresses.home(language) for language in head.languages}
    return Links(
        site=head.site,
        texts=texts,
        others=frozenset(source.path for source in sources) - texts.keys(),
        sections=frozenset(sections - {head.addresses.section(lang, "part") for lang in head.languages} | homes),
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
    return Newsroom(
        now=now,
        site=head.site,
        addresses=head.addresses,
        timezone=head.timezone,
        languages=head.languages,
        demonstration=head.demonstration,
        publisher=head.publisher,
        press_desk=head.press_desk,
        contacts=tuple(contact for contact in head.contacts.values() if contact.is_valid(head.day(now))),
        keywords=tuple(head.keywords.values()),
        types=tuple(head.types.values()),
        audiences=tuple(head.audiences.values()),
        terms=tuple(head.terms.values()),
        boilerplate=head.boilerplate,
        introduction=head.introduction,
        teaser=head.teaser,
        subscription_promise=head.subscription_promise,
        subscription_endpoint=head.subscription_endpoint,
        security=head.security,
        press_materials=materials,
        releases=tuple(texts.releases),
        assignments=tuple(texts.assignments),
        pages=tuple(texts.pages),
        input=head.input,
    )

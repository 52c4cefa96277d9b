"""The content folder at a moment, as a newsroom. Everything is read once; every fault is told at once."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from plugins.media.darkroom import Darkroom
from plugins.newsroom import Assignment, Fault, Faults, Newsroom, PressMaterial, Release, State, Text, fingerprint
from plugins.newsroom.addresses import WORDS
from plugins.reading.agreement import disagreements
from plugins.reading.masthead import masthead
from plugins.reading.masthead.masthead import Masthead
from plugins.reading.masthead.materials import press_materials
from plugins.reading.memory.memory import Memory
from plugins.reading.memory.remembered import Read, Remembered, finished
from plugins.reading.processes.assistant import Assistant
from plugins.reading.processes.crew import outcomes
from plugins.reading.program import program
from plugins.reading.selection import Kind, Selected, Source, by_folder, scan, select
from plugins.reading.surroundings import Surroundings
from plugins.reading.survey import Survey
from plugins.reading.texts.found import Texts
from plugins.reading.typesetting.body import MARKDOWN, Links
from plugins.reading.typesetting.galleys import Galleys
from plugins.reading.typesetting.stored import StoredBodies
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


def _nothing() -> None:
    """There is nothing else to do."""


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
    assistant: Assistant | None = None,
    meanwhile: Callable[[], object] = _nothing,
) -> Reading:
    """Answer what is public at `now`, or in a preview everything, with drafts and embargoed texts marked.

    `cache` is a folder for finished pictures and bodies; `url` goes before newsroom.yaml's own; `markdown` are
    Python-Markdown's options; `jobs` is how many processes may read, which changes nothing else. `survey` is one
    of the content that somebody has just made. `assistant` is somebody called in to read,
    for whom a preview has no use; `meanwhile` is something to do while others read.

    Raises Faults with everything that is wrong in what was read, in the order of files and lines. Only a preview can
    do without a text: one that isn't public yet and has faults is left out, so that
    somebody's unfinished draft doesn't stop the others from seeing theirs.
    """
    seen = survey or Survey.of([content])
    given = _Given(content, now, cache, url, preview, markdown, jobs, seen, assistant, meanwhile)
    with _much_to_keep():
        return _told_or_left_out(given)


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


class _Given(NamedTuple):
    """What `read` was given."""

    content: Path
    now: datetime
    cache: Path
    url: str
    preview: bool
    markdown: Mapping[str, Any]
    jobs: int
    survey: Survey
    assistant: Assistant | None
    meanwhile: Callable[[], object]


def _told_or_left_out(given: _Given) -> Reading:
    left_out: list[Fault] = []
    while True:
        without = frozenset(fault.source for fault in left_out)
        try:
            reading = _read(given, without)
        except Faults as found:
            faulty = {fault.source for fault in found.faults}
            if not given.preview or not faulty or not faulty <= _not_public(given.content, given.now) - without:
                raise Faults([*left_out, *found.faults]) from None
            left_out += found.faults
        else:
            return replace(reading, left_out=tuple(sorted(left_out)))


def _not_public(content: Path, now: datetime) -> set[str]:
    sources, _ = scan(content, masthead.languages(content))
    return {one.source.path for one in select(sources, now, preview=True) if one.state is not State.PUBLIC}


def _read(given: _Given, without: frozenset[str]) -> Reading:
    content, now, cache, preview = given.content, given.now, given.cache, given.preview
    try:
        head = masthead.read(content, given.url, cache)
    except Faults as found:
        _, faults = scan(content, masthead.languages(content))
        raise Faults([*faults, *found.faults]) from None
    images_page = head.site.absolute(head.addresses.section(head.languages[0], "images"))
    darkroom = Darkroom(cache / "media", rights_url=images_page)
    maker = _maker(head, now, given.markdown, (str(content), str(cache)), preview=preview)
    memory = Memory(cache, content, maker, now, given.survey, head.listed)
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
    galleys = Galleys(cache / "bodies", given.markdown)
    around = Surroundings(
        content=content,
        masthead=head,
        darkroom=darkroom,
        bodies=StoredBodies(galleys, lambda text: _body_again(text, around)),
        galleys=galleys,
        links=_links(head, sources, texts),
        markdown=given.markdown,
        now=now,
        preview=preview,
        survey=given.survey,
    )
    materials: tuple[PressMaterial, ...] = ()
    try:
        materials = press_materials(content, head, darkroom)
    except Faults as found:
        faults += found.faults
    fresh: list[Read] = []
    assistant = None if preview else given.assistant  # who can be asked only once
    for outcome in outcomes(by_folder(shown), around, given.jobs, assistant, given.meanwhile):
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
        newsroom=_newsroom(head, everything, materials, now),
        bodies=around.bodies,
        darkroom=darkroom,
        galleys=around.galleys,
        memory=memory,
        missing=tuple((text.source, field) for text in lacking for field in text.missing),
        due=due(sources, head, everything.assignments, now),
    )


def _body_again(text: Text, around: Surroundings) -> str:
    from plugins.reading.typesetting import typesetting  # noqa: PLC0415 - slow to load, and the body lies ready

    return typesetting.body_again(text, around)


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

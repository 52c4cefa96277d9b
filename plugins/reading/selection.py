"""Which texts there are, and which of them are public at a moment. What is not public is not read.

Of every file only `published` (and whether it has an `id`, that is, is an original) is looked at here, with a plain
search that no fault elsewhere in the file can disturb.
"""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from plugins.media.unusable import Reason, UnusableFile
from plugins.newsroom import Fault, Faults, State
from plugins.reading.manuscripts.moments import SENTENCES, NotAMoment, moment
from plugins.reading.manuscripts.plain import NO_END, NO_FRONT_MATTER, NOT_UTF8, SLUG, UTF16

NOT_PLAIN = "published must stand on a line of its own, like published: 2031-05-04T10:00:00+02:00"

_HEAD = 65_536
"""Bytes in which the front matter must end."""

_PUBLISHED = re.compile(rb"""^["']?published["']?[ \t]*:[ \t]*(.*?)[ \t]*(?:[ \t]#.*)?$""", re.MULTILINE)
_ID = re.compile(rb"""^["']?id["']?[ \t]*:""", re.MULTILINE)
_FENCE = re.compile(rb"---[ \t]*\n")
_END = re.compile(rb"\n---[ \t]*(\n|$)")
_YEAR = re.compile("[0-9]+")
_SLUG = re.compile(SLUG)
_NAME = re.compile(r"[a-z]{2}\.md")


class Kind(StrEnum):
    RELEASE = "releases"
    ASSIGNMENT = "assignments"
    PAGE = "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text file of the content: where it lies, and what can be known without reading it.

    `path` is relative to the content folder. `published` is its own time (None = none given). `is_original` says that
    the other languages' files in the folder are translations of it. `year` is 0 for a page.
    """

    path: str
    file: Path
    kind: Kind
    year: int
    slug: str
    language: str
    published: datetime | None
    is_original: bool

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A source that is to be read, when it was or will be published, and its state at the moment of reading."""

    source: Source
    published: datetime
    state: State


def scan(
    content: Path, languages: tuple[str, ...], known: Callable[[str], bool] = lambda folder: False
) -> tuple[list[Source], list[Fault]]:
    """Answer all text files in releases/, assignments/ and pages/, by path, and what can't be read about them.

    `known` is asked of each folder that could hold a text, by its path: those that are known are not looked into.
    """
    sources: list[Source] = []
    faults: list[Fault] = []
    for path, is_linked in sorted(_markdown(content, known)):
        try:
            if is_linked:
                _check_link(content, path)
            sources.append(_source(content, path))
        except Faults as found:
            faults += found.faults
    return _with_originals(sources, languages), faults


def select(sources: Iterable[Source], now: datetime, *, preview: bool = False) -> list[Selected]:
    """Answer the sources that are public at `now`, or in a preview all of them with their states.

    A translation is public when its original is and its own `published`, if it has one, has passed.
    """
    sources = list(sources)
    originals = {s.folder: s for s in sources if s.is_original}
    selected = []
    for source in sources:
        original = originals.get(source.folder, source)
        times = [original.published, source.published] if source is not original else [source.published]
        published = max((t for t in times if t is not None), default=None)
        if original.published is None or published is None:
            state = State.DRAFT
        else:
            state = State.PUBLIC if published <= now else State.EMBARGOED
        if preview or state is State.PUBLIC:
            selected.append(Selected(source=source, published=published or now, state=state))
    return selected


def by_folder(selected: Iterable[Selected]) -> list[list[Selected]]:
    """Answer the language versions in each folder, the original first."""
    found: dict[str, list[Selected]] = defaultdict(list)
    for one in selected:
        found[one.source.folder].append(one)
    for ones in found.values():
        ones.sort(key=lambda one: (not one.source.is_original, one.source.path))
    return list(found.values())


def is_as_selected(source: Source, published: object) -> bool:
    """Answer whether the whole front matter says what the search found, or something that its shape will not accept.

    Else a line within some other text was taken for the time, or the file has been saved since.
    """
    try:
        return (moment(published).astimezone(UTC) if published is not None else None) == source.published
    except NotAMoment:
        return True


def moments(sources: Iterable[Source], now: datetime) -> list[datetime]:
    """Answer now and every later moment at which something becomes public, in order."""
    return sorted({now, *(s.published for s in sources if s.published is not None and s.published > now)})


def is_inside(content: Path, file: Path) -> bool:
    """Answer whether the file really lies in the content folder, whatever links lead to it."""
    return file.resolve().is_relative_to(content.resolve())


def usable(content: Path, file: Path) -> Path:
    """Answer the file if it is really inside the content folder. Raises UnusableFile."""
    if not is_inside(content, file):
        raise UnusableFile(Reason.OUTSIDE)
    return file


def _markdown(content: Path, known: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """Answer the paths of all that could be texts, and whether a link leads there."""
    for kind in Kind:
        folder = content / kind
        if folder.is_dir():
            yield from _below(f"{content}/", kind, known, is_linked=folder.is_symlink())


def _below(
    content: str, folder: str, known: Callable[[str], bool], *, is_linked: bool
) -> Iterator[tuple[str, bool]]:
    """Answer a linked folder as if it were a text: behind it one would vanish unseen."""
    with os.scandir(content + folder) as entries:
        for entry in entries:
            # Hidden files are those of editors and systems: .#sv.md while somebody writes, ._sv.md on a shared disk
            if entry.name.startswith("."):
                continue
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if not known(path):
                    yield from _below(content, path, known, is_linked=is_linked)
            elif entry.name.lower().endswith(".md") or entry.is_dir():
                yield path, is_linked or entry.is_symlink()


def _check_link(content: Path, path: str) -> None:
    file = content / path
    if not is_inside(content, file):
        raise Faults([Fault.at(path, 0, "this is a link to something outside the content folder; put the file here")])
    if file.is_dir():
        raise Faults([Fault.at(path, 0, "this is a link to a folder; put the folder itself here")])


def _source(content: Path, path: str) -> Source:
    file = content / path
    kind, *folders, name = path.split("/")
    year, slug = (folders[0], folders[-1]) if len(folders) == 2 else ("0", folders[-1] if folders else "")
    expected = 1 if kind == Kind.PAGE else 2
    names = _NAME.fullmatch(name) and _SLUG.fullmatch(slug) and _YEAR.fullmatch(year)
    if len(folders) != expected or not names:
        message = "a text lies in {kind}/<year>/<name>/sv.md, with only small letters a–z, digits and hyphens in names"
        if kind == Kind.PAGE:
            message = "a page lies in pages/<name>/sv.md, with only small letters a–z, digits and hyphens in names"
        raise Faults([Fault.at(path, 0, message, kind=kind)])
    if kind != Kind.PAGE and not 1000 <= int(year) <= 9999:
        raise Faults([Fault.at(path, 0, "{year} is not a year", year=year)])
    front = _front_matter(file, path)
    return Source(
        path=path,
        file=file,
        kind=Kind(kind),
        year=int(year),
        slug=slug,
        language=name[:2],
        published=_published(front, path),
        is_original=bool(_ID.search(front)),
    )


def _front_matter(file: Path, path: str) -> bytes:
    try:
        with file.open("rb", buffering=0) as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise Faults([Fault.at(path, 0, "the file can't be opened ({why})", why=error.strerror or "?")]) from None
    if not head.strip():
        raise Faults([Fault.at(path, 0, "the file is empty")])
    if head.startswith(UTF16):
        raise Faults([Fault.at(path, 1, NOT_UTF8)])
    head = head.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not _FENCE.match(head):
        raise Faults([Fault.at(path, 1, NO_FRONT_MATTER)])
    end = _END.search(head)
    if not end:
        raise Faults([Fault.at(path, 1, NO_END)])
    return head[: end.start() + 1]


def _published(front: bytes, path: str) -> datetime | None:
    found = list(_PUBLISHED.finditer(front))
    if not found:
        return None
    line = front.count(b"\n", 0, found[-1].start()) + 1
    if len(found) > 1:
        raise Faults([Fault.at(path, line, "{key} stands here twice", key="published")])
    value = found[0][1].decode("utf-8", "replace").strip("\"'")
    if not value and re.match(rb"\n[ \t]+[^\s#]", front[found[0].end() :]):
        raise Faults([Fault.at(path, line, NOT_PLAIN)])
    if value in ("", "~", "null"):
        return None
    try:
        return moment(value).astimezone(UTC)
    except NotAMoment as error:
        raise Faults([Fault.at(path, line, SENTENCES[error.kind], key="published", value=value)]) from None


def _with_originals(sources: list[Source], languages: tuple[str, ...]) -> list[Source]:
    """Answer the sources, one original in each folder.

    Of several it is the one in the first of the newsroom's languages: every language version of a page or an
    assignment is whole, and a second release with an id is told of when it is read as a translation.
    """
    order = {language: index for index, language in enumerate(languages)}
    firsts: dict[str, Source] = {}
    for source in sorted(sources, key=lambda s: (order.get(s.language, len(order)), s.language)):
        if source.is_original or source.kind is not Kind.RELEASE:
            firsts.setdefault(source.folder, source)
    return [_marked(source, is_original=firsts.get(source.folder) is source) for source in sources]


def _marked(source: Source, *, is_original: bool) -> Source:
    return source if source.is_original == is_original else replace(source, is_original=is_original)

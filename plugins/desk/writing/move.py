"""`press move`: another name, year or language for a text, with nobody sent astray.

What was public leaves its old address in `moved_from`; links from other texts, and its own to others, are mended. If
the content would then have a fault that it hadn't, everything is put back.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path, PurePosixPath

from plugins.desk.finding import Finding, findings
from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.newsroom import Fault, Faults, State
from plugins.reading import selection
from plugins.reading.checking import check
from plugins.reading.manuscripts import frontmatter
from plugins.reading.manuscripts.plain import SLUG
from plugins.reading.manuscripts.written import LINK, target
from plugins.reading.masthead.masthead import Masthead
from plugins.reading.selection import Kind, Source

_PLAIN = re.compile(r"[A-Za-z0-9/_.%-]+")
_SECTIONS = {Kind.RELEASE: "release", Kind.ASSIGNMENT: "assignment"}


class Unmovable(Exception):
    """The text can't be moved so; the message is a sentence, and `findings` what would be wrong then."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where the text lies now, the old addresses that lead on, and the files in which links were mended."""

    place: Path
    old_addresses: tuple[str, ...]
    mended: tuple[Path, ...]


def move(
    project: Project, name: Path, *, slug: str | None = None, year: int | None = None, language: str | None = None
) -> Moved:
    """Move a text: a folder with all its language versions, or with `language` one file. Raises Unmovable or Faults."""
    head = project.masthead()
    if head is None:
        raise Unmovable(_("newsroom.yaml has faults; see ./press check."))
    sources, unreadable = selection.scan(project.content, head.languages)
    if unreadable:
        raise Faults(unreadable)
    texts = _meant(project, name, sources)
    paths = _new_paths(texts, name, slug, year, language, head)
    _refuse_impossible(project, texts, paths)
    before = _faults(project)
    old = _public_addresses(texts, sources, head, project)
    changed = dict(_rewritten(project.content, sources, paths, old, _addresses(paths, head)))
    undo = {path: (project.content / path).read_bytes() for path in changed}
    _write(project.content, changed)
    _rename(project.content, paths)
    try:
        new = _new_faults(before, _faults(project), paths)
        if new:
            raise Unmovable(_("It can't be moved so; it would be wrong then:"), findings(project, new))
    except BaseException:
        _rename(project.content, {new: old for old, new in paths.items()})
        _write(project.content, undo)
        raise
    places = {str(PurePosixPath(path).parent) for path in paths.values()}
    mended = sorted(path for path in changed if path not in paths)
    return Moved(
        place=project.content / (next(iter(paths.values())) if language else next(iter(places))),
        old_addresses=tuple(f"/{address}" for path, address in sorted(old.items())),
        mended=tuple(project.content / path for path in mended),
    )


def _meant(project: Project, name: Path, sources: list[Source]) -> list[Source]:
    """Answer the language versions in the folder that is named, or that the named file lies in."""
    file = project.given(name)
    path = file.relative_to(project.content).as_posix() if file.is_relative_to(project.content) else ""
    texts = [source for source in sources if path in (source.folder, source.path)]
    if not texts:
        raise Unmovable(_("{file} is not a text in the content folder.", file=name))
    if texts[0].kind is Kind.PAGE:
        raise Unmovable(_("A page can't be moved: the site itself links to it."))
    return [source for source in sources if source.folder == texts[0].folder]


def _new_paths(
    texts: list[Source], name: Path, slug: str | None, year: int | None, language: str | None, head: Masthead
) -> dict[str, str]:
    """Answer where each file is to lie, by where it lies. Raises Unmovable for a name that no text can have."""
    first = texts[0]
    slug, year = slug or first.slug, year or first.year
    if not re.fullmatch(SLUG, slug):
        raise Unmovable(_("The name {name} can't be used: only a–z, digits and single hyphens.", name=slug))
    folder = f"{first.kind}/{year}/{slug}"
    paths = {text.path: f"{folder}/{text.language}.md" for text in texts}
    if language:
        if language not in head.languages:
            languages = ", ".join(head.languages)
            raise Unmovable(_("{language} is none of the newsroom's languages: {languages}.", language=language,
                              languages=languages))  # fmt: skip
        named = [text for text in texts if text.path.endswith(f"/{name.name}")] or texts
        if len(named) > 1:
            raise Unmovable(_("There are several languages here; name one file."))
        paths[named[0].path] = f"{folder}/{language}.md"
    if all(old == new for old, new in paths.items()):
        raise Unmovable(_("It lies there already."))
    return paths


def _refuse_impossible(project: Project, texts: list[Source], paths: dict[str, str]) -> None:
    content = project.content
    old, new = content / texts[0].folder, content / PurePosixPath(next(iter(paths.values()))).parent
    taken = next((content / path for was, path in paths.items() if path != was and (content / path).exists()), None)
    if taken is None and new != old and new.exists():
        taken = new
    if taken:
        raise Unmovable(_("{file} is there already.", file=project.shown(taken)))
    if old.is_symlink():
        raise Unmovable(_("{file} is a link; put the folder itself there.", file=project.shown(old)))


def _public_addresses(
    texts: list[Source], sources: list[Source], head: Masthead, project: Project
) -> dict[str, str]:
    """Answer the address that each of the texts has in public, by its path."""
    public = {one.source.path for one in selection.select(sources, project.now) if one.state is State.PUBLIC}
    addresses = {}
    for text in texts:
        if text.path in public:
            at = getattr(head.addresses, _SECTIONS[text.kind])
            addresses[text.path] = at(text.language, text.year, text.slug)
    return addresses


def _addresses(paths: dict[str, str], head: Masthead) -> dict[str, str]:
    """Answer the address that each text will have, by the path that it has now."""
    found = {}
    for old, new in paths.items():
        kind, year, slug, name = new.split("/")
        found[old] = getattr(head.addresses, _SECTIONS[Kind(kind)])(name[:2], int(year), slug)
    return found


def _faults(project: Project) -> list[Fault]:
    return check(project.content, now=project.now, cache=project.private / "cache", url=project.url)


def _new_faults(before: list[Fault], after: list[Fault], paths: dict[str, str]) -> list[Fault]:
    """Answer the faults that weren't there before, wherever their files and lines were then."""
    known = {(paths.get(fault.source, fault.source), fault.message) for fault in before}
    return [fault for fault in after if (fault.source, fault.message) not in known]


def _rewritten(
    content: Path, sources: list[Source], paths: dict[str, str], old: dict[str, str], new: dict[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Answer path and new bytes of each text whose links or old addresses change; paths are those before the move.

    `old` and `new` are addresses: those that the public knows, and those that the texts will have.
    """
    for source in sources:
        data = (content / source.path).read_bytes()
        front, body = _taken_apart(data.decode("utf-8", "surrogateescape"))
        if source.path in paths:
            front = readdressed(front, source.path, old.get(source.path), new[source.path])
        written = (front + _mended(body, source.path, paths)).encode("utf-8", "surrogateescape")
        if written != data:
            yield source.path, written


def _taken_apart(text: str) -> tuple[str, str]:
    """Answer the front matter with both its fences, and the body."""
    end = re.compile(r"^---[ \t]*\r?$\n?", re.MULTILINE).search(text, text.index("\n"))
    return (text[: end.end()], text[end.end() :]) if end else (text, "")


def _mended(body: str, path: str, paths: dict[str, str]) -> str:
    """Answer the body of the text at `path`, with links as they must be when all has moved."""
    home = PurePosixPath(paths.get(path, path)).parent

    def mended(link: re.Match[str]) -> str:
        leads = target(path, link["path"])
        new = paths.get(leads, leads)
        if new == leads and path not in paths:
            return link[0]
        return link["before"] + PurePosixPath(relpath(new, home)).as_posix()

    return LINK.sub(mended, body)


def readdressed(front: str, source: str, old: str | None, new: str) -> str:
    """Answer the front matter with the old address in `moved_from`, if there is one, and without the new one."""
    manuscript = frontmatter.read(front.encode("utf-8", "surrogateescape"), source)
    given = [str(address) for address in manuscript.front.get("moved_from", ())]
    known = dict.fromkeys([*given, f"/{old}"] if old else given)
    wanted = [address for address in known if address.strip("/") != new.strip("/")]
    if wanted == given:
        return front
    written = ", ".join(each if _PLAIN.fullmatch(each) else json.dumps(each) for each in wanted)
    lines = front.splitlines(keepends=True)
    start = end = len(lines) - 1
    if ("moved_from",) in manuscript.lines:
        start = manuscript.lines["moved_from",] - 1
        end = start + 1
        while lines[end].startswith((" ", "\t", "- ")):  # what belongs to the key, and no hint about the next one
            end += 1
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    return "".join([*lines[:start], *([f"moved_from: [{written}]{ending}"] if wanted else []), *lines[end:]])


def _write(content: Path, changed: dict[str, bytes]) -> None:
    for path, data in changed.items():
        (content / path).write_bytes(data)


def _rename(content: Path, paths: dict[str, str]) -> None:
    """Move the folder with all that lies in it, and then the files in it that change their names."""
    old, new = (content / PurePosixPath(path).parent for path in next(iter(paths.items())))
    if old != new:
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
        if not any(old.parent.iterdir()):
            old.parent.rmdir()
    for was, becomes in paths.items():
        if (name := PurePosixPath(was).name) != PurePosixPath(becomes).name:
            (new / name).rename(content / becomes)

"""What isn't public yet: drafts, embargoed texts, and translations that come later."""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress

from plugins.desk.project import Project
from plugins.newsroom import Fault, Faults, State
from plugins.publishing.gates import Secret
from plugins.reading import selection
from plugins.reading.manuscripts import frontmatter
from plugins.reading.masthead.masthead import Masthead
from plugins.reading.reader import read
from plugins.reading.selection import Kind, Source


def secrets(project: Project, masthead: Masthead, public: Collection[str] = ()) -> Iterator[Secret]:
    """Answer every text that isn't public at the project's moment.

    `public` are addresses, beginning with "/", of texts that were built a moment ago: they are not looked into.
    """

    def is_public(folder: str) -> bool:
        addresses = list(_addresses(project, masthead, folder))
        return bool(addresses) and all(f"/{address}" in public for address in addresses)

    sources, _faults = selection.scan(project.content, masthead.languages, is_public)
    for one in selection.select(sources, project.now, preview=True):
        if one.state is not State.PUBLIC:
            source = one.source
            yield Secret(
                source=project.shown(project.content / source.path),
                address=_address(masthead, source.kind, source.language, source.year, source.slug),
                id=_id(source),
                at=one.published if one.state is State.EMBARGOED else None,
            )


def coming_faults(project: Project, hidden: Collection[Secret]) -> set[Fault]:
    """Answer what is wrong with these texts, of all in a preview and as of when the first of them becomes public.

    Each look reads the whole content. What is wrong only at moments between is told once they come first, and by
    `press check` whenever somebody asks.
    """
    first = min((each.at for each in hidden if each.at), default=None)
    is_all = all(each.at and each.at == first for each in hidden)
    looks = [] if is_all else [(project.now, True)]
    looks += [(first, False)] if first else []
    faults: set[Fault] = set()
    for number, (moment, preview) in enumerate(looks):
        try:
            came = read(
                project.content, now=moment, cache=project.private / "cache", url=project.url, preview=preview
            )
        except Faults as found:
            faults.update(found.faults)
        else:
            faults.update(came.left_out)
            if number == 0:  # the one with all texts in it
                came.keep()
    return faults


def _addresses(project: Project, masthead: Masthead, folder: str) -> Iterator[str]:
    """Answer the addresses that the texts in a folder of the content have; none for one that isn't a text's folder."""
    kind, *parts = folder.split("/")
    if len(parts) != 2 or kind == Kind.PAGE or not parts[0].isdecimal():
        return
    for name in os.listdir(f"{project.content}/{folder}"):  # noqa: PTH208 - of ten thousand folders
        if name.lower().endswith(".md") and not name.startswith("."):
            yield _address(masthead, Kind(kind), name[:-3], int(parts[0]), parts[1])


def _address(masthead: Masthead, kind: Kind, language: str, year: int, slug: str) -> str:
    addresses = masthead.addresses
    match kind:
        case Kind.PAGE:
            return addresses.section(language, slug)
        case Kind.ASSIGNMENT:
            return addresses.assignment(language, year, slug)
        case Kind.RELEASE:
            return addresses.release(language, year, slug)


def _id(source: Source) -> str | None:
    """Answer a text's own id; None for a translation, and for a draft that can't be read yet."""
    if not source.is_original:
        return None
    with suppress(Faults, OSError):
        return str(frontmatter.read(source.file.read_bytes(), source.path).front.get("id") or "") or None
    return None

"""What isn't public yet: drafts, embargoed texts, and translations that come later."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import PurePosixPath

from plugins.desk.project import Project
from plugins.newsroom import Faults, State
from plugins.publishing.gates import Secret
from plugins.reading import frontmatter, selection
from plugins.reading.masthead import Masthead
from plugins.reading.selection import Kind, Source


def secrets(project: Project, masthead: Masthead, public: Collection[str] = ()) -> Iterator[Secret]:
    """Answer every text that isn't public at the project's moment.

    `public` are addresses, beginning with "/", of texts that were built a moment ago: they are not looked into.
    """

    def is_public(folder: str) -> bool:
        addresses = list(_addresses(project, masthead, folder))
        return bool(addresses) and all(f"/{address}" in public for address in addresses)

    sources, _faults = selection.scan(project.content, masthead.shape.languages, is_public)
    for one in selection.select(sources, project.now, preview=True):
        if one.state is not State.PUBLIC:
            source = one.source
            yield Secret(
                source=project.shown(project.content / source.path),
                address=_address(masthead, source.kind, source.language, source.year, source.slug),
                id=_id(source),
            )


def _addresses(project: Project, masthead: Masthead, folder: str) -> Iterator[str]:
    """Answer the addresses that the texts in a folder of the content have; none for one that isn't a text's folder."""
    parts = PurePosixPath(folder).parts
    if len(parts) != 3 or parts[0] == Kind.PAGE or not parts[1].isdecimal():
        return
    for file in (project.content / folder).iterdir():
        if file.suffix.lower() == ".md" and not file.name.startswith("."):
            yield _address(masthead, Kind(parts[0]), file.stem, int(parts[1]), parts[2])


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

"""What has been edited since it was public, where it was edited: of what kind nobody has said, or what nobody will hear
of.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from plugins.desk.finding import Finding
from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.newsroom import Faults, Newsroom
from plugins.publishing.memory import PUBLIC, Memory
from plugins.reading.manuscripts import frontmatter
from plugins.reading.reader import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """`unclassed` mustn't be published; `silent` would be, and nobody would be told."""

    unclassed: tuple[Finding, ...] = ()
    silent: tuple[Finding, ...] = ()


def edits(project: Project) -> Edits:
    """Answer what differs from what was public when it was last published from here.

    Nothing if it never was, or if the content has faults that stop a build: those are to be mended first.
    """
    head = project.masthead()
    copy = project.public_copy(head.site) if head else None
    if head is None or copy is None or not copy.is_dir():
        return Edits()
    try:
        before = Memory.of(file.read_bytes() for file in copy.iterdir() if PUBLIC.fullmatch(f"public/{file.name}"))
        newsroom = read(project.content, now=project.now, cache=project.private / "cache", url=project.url).newsroom
    except (Faults, ValueError):
        return Edits()
    return Edits(
        unclassed=tuple(_unclassed(project, before, newsroom)), silent=tuple(_silent(project, before, newsroom))
    )


def _unclassed(project: Project, before: Memory, newsroom: Newsroom) -> Iterator[Finding]:
    from plugins.publishing.changes import changes, faults, in_files
    from plugins.publishing.words import sentence

    def line(source: str, key: str) -> int:
        return frontmatter.read((project.content / source).read_bytes(), source).line((key,))

    found = changes(before, Memory.of_newsroom(newsroom))
    for fault in faults(found, newsroom.local(project.now), in_files(newsroom, line)):
        yield Finding(
            file=fault.source if fault.source.startswith("/") else project.shown(project.content / fault.source),
            line=fault.line,
            sentence=sentence(fault, project.language),
        )


def _silent(project: Project, before: Memory, newsroom: Newsroom) -> Iterator[Finding]:
    """A translation that comes after its original and has its time: in feeds it would stand among what is old."""
    for release in newsroom.releases:
        known = before.texts.get(release.id)
        if release.is_translation and known and release.language not in known.content:
            file = project.content / release.source
            if "published" not in frontmatter.read(file.read_bytes(), release.source).front:
                now = newsroom.local(project.now).isoformat(timespec="minutes")
                message = _("the original is public since earlier, so feeds take this for old; write published: {now}")
                yield Finding(file=project.shown(file), line=1, sentence=message.format(now=now))

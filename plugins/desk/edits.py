"""Edits of what is public that nobody has said the kind of, where they were made."""

from plugins.desk.finding import Finding
from plugins.desk.project import Project
from plugins.newsroom import Faults
from plugins.reading import frontmatter
from plugins.reading.reader import read


def unclassed(project: Project) -> tuple[Finding, ...]:
    """Answer what differs from what was public when it was last published from here, and mustn't.

    Nothing if it never was, or if the content has faults that stop a build: those are to be mended first.
    """
    head = project.masthead()
    copy = project.public_copy(head.site) if head else None
    if head is None or copy is None or not copy.is_dir():
        return ()
    from plugins.publishing.changes import changes, faults, in_files
    from plugins.publishing.memory import PUBLIC, Memory
    from plugins.publishing.words import sentence

    def line(source: str, key: str) -> int:
        return frontmatter.read((project.content / source).read_bytes(), source).line((key,))

    try:
        before = Memory.of(file.read_bytes() for file in copy.iterdir() if PUBLIC.fullmatch(f"public/{file.name}"))
        newsroom = read(project.content, now=project.now, cache=project.private / "cache", url=project.url).newsroom
    except (Faults, ValueError):
        return ()
    found = changes(before, Memory.of_newsroom(newsroom))
    told = faults(found, newsroom.local(project.now), in_files(newsroom, line))
    return tuple(
        Finding(
            file=fault.source if fault.source.startswith("/") else project.shown(project.content / fault.source),
            line=fault.line,
            sentence=sentence(fault, project.language),
        )
        for fault in told
    )

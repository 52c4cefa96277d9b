"""`press check`: every fault at once, at its file and line."""

from dataclasses import dataclass
from pathlib import Path

from plugins.desk.edits import unclassed
from plugins.desk.finding import Finding, findings
from plugins.desk.project import Project
from plugins.reading import masthead
from plugins.reading.checking import check


class NotContent(Exception):
    """A file that was to be checked isn't one of the content's texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many files were checked, and what was found."""

    files: int
    findings: tuple[Finding, ...]


def run(project: Project, names: list[Path]) -> Checked:
    """Answer what is wrong in the named files and folders, or in all; also in texts that aren't public yet.

    A faulty newsroom.yaml is always told, since nothing else can be judged before it is mended.
    Raises NotContent for a name that isn't a text of the content.
    """
    texts = _texts(project)
    wanted = {text for name in names for text in _named(project, project.given(name), texts)} if names else set(texts)
    faults = check(project.content, now=project.now, cache=project.private / "cache", url=project.url)
    if names:
        faults = [fault for fault in faults if fault.source in wanted or fault.source == masthead.FILE]
    shown = {project.shown(project.content / name) for name in wanted}
    edits = (edit for edit in unclassed(project) if not names or edit.file in shown)
    return Checked(files=len(wanted), findings=(*findings(project, faults), *edits))


def _texts(project: Project) -> list[str]:
    texts = sorted(file.relative_to(project.content).as_posix() for file in project.content.rglob("*.md"))
    return [masthead.FILE, *texts]


def _named(project: Project, file: Path, texts: list[str]) -> list[str]:
    if not file.is_relative_to(project.content):
        raise NotContent(str(file))
    name = file.relative_to(project.content).as_posix()
    found = [text for text in texts if name in (text, ".") or text.startswith(f"{name}/")]
    if not found:
        raise NotContent(project.shown(file))
    return found

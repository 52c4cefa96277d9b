"""`press check`: every fault at once, at its file and line; and what is no fault and yet hardly meant."""

from dataclasses import dataclass
from pathlib import Path

from plugins.desk.finding import Finding, findings
from plugins.desk.project import Project
from plugins.desk.writing.edits import edits
from plugins.reading.checking import look
from plugins.reading.doubts import doubts
from plugins.reading.masthead import masthead


class NotContent(Exception):
    """A file that was to be checked isn't one of the content's texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many files were checked, and what was found. `doubts` are no faults: they stop nothing."""

    files: int
    findings: tuple[Finding, ...]
    doubts: tuple[Finding, ...]


def run(project: Project, names: list[Path]) -> Checked:
    """Answer what is wrong in the named files and folders, or in all; also in texts that aren't public yet.

    A faulty newsroom.yaml is always told, since nothing else can be judged before it is mended.
    Raises NotContent for a name that isn't a text of the content.
    """
    texts = _texts(project)
    wanted = {text for name in names for text in _named(project, project.given(name), texts)} if names else set(texts)
    cache = project.private / "cache"
    faults, reading = look(project.content, now=project.now, cache=cache, url=project.url)
    doubtful = list(doubts(project.content, reading)) if reading else []
    if names:
        faults = [fault for fault in faults if fault.source in wanted or fault.source == masthead.FILE]
        beside = {name.rpartition("/")[0] for name in wanted}
        doubtful = [doubt for doubt in doubtful if doubt.source in wanted or _lies_in(beside, doubt.source)]
    shown = {project.shown(project.content / name) for name in wanted}
    edited = edits(project)
    unclassed, silent = (
        [edit for edit in found if not names or edit.file in shown] for found in (edited.unclassed, edited.silent)
    )
    return Checked(
        files=len(wanted),
        findings=(*findings(project, faults), *unclassed),
        doubts=(*findings(project, doubtful), *silent),
    )


def _lies_in(folders: set[str], file: str) -> bool:
    return not file.endswith(".md") and file.rpartition("/")[0] in folders


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

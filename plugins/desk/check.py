"""`press check`: every fault at once, at its file and line."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from plugins.desk.project import Project
from plugins.newsroom import Fault
from plugins.reading import masthead
from plugins.reading.checking import check
from plugins.reading.words import sentences


class NotContent(Exception):
    """A file that was to be checked isn't one of the content's texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault as it is shown: the file's name from the project's folder, its line (0 = none), the sentence."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}{f':{self.line}' if self.line else ''}: {self.sentence}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


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
    return Checked(files=len(wanted), findings=findings(project, faults))


def findings(project: Project, faults: Iterable[Fault]) -> tuple[Finding, ...]:
    """Answer the faults in the desk's language, in the order of files and lines."""
    words = sentences(project.language)
    return tuple(
        Finding(
            file=project.shown(project.content / fault.source),
            line=fault.line,
            sentence=fault.sentence(words.gettext(fault.message)),
        )
        for fault in sorted(set(faults))
    )


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

"""What is wrong somewhere, as the desk shows it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from plugins.desk.project import Project
from plugins.newsroom import Fault
from plugins.reading.words import sentences


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

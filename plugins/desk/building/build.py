"""`press build`: by our own way where the settings allow it, else by Pelican, told to stop at the first error."""

import contextlib
import io
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import TemplateError

from plugins.desk.building import direct
from plugins.desk.building.rest import Look, Rest
from plugins.desk.finding import Finding, findings
from plugins.desk.project import SETTINGS, Project
from plugins.desk.words import _, learn
from plugins.edition.place import where
from plugins.edition.plan import UnfitOutputs
from plugins.edition.publish import Report
from plugins.edition.rendering import Watch
from plugins.newsroom import Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What came of a build: its folder, how long it and its phases took in seconds, what the rooms said, what the
    edition changed, and what is to be mended. `edition` is None if that stopped the build; a preview only leaves
    faulty drafts out.
    """

    output: str
    seconds: float
    phases: Mapping[str, float]
    report: tuple[str, ...]
    edition: Report | None
    findings: tuple[Finding, ...]

    @property
    def succeeded(self) -> bool:
        return self.edition is not None

    def as_json(self) -> dict[str, Any]:
        return {
            "built": self.succeeded,
            "output": self.output,
            "seconds": round(self.seconds, 2),
            "phases": {name: round(seconds, 3) for name, seconds in self.phases.items()},
            "report": list(self.report),
            "written": list(self.edition.written) if self.edition else [],
            "removed": list(self.edition.removed) if self.edition else [],
            "unchanged": self.edition.unchanged if self.edition else 0,
            "rendered": dict(self.edition.rendered) if self.edition else {},
            "faults": [finding.as_json() for finding in self.findings],
        }


class Stopwatch(Watch):
    """Notes how long each phase of a build takes, and passes on how far it has come."""

    def __init__(self, made: Callable[[int, int], None] | None = None) -> None:
        self.begun = self._last = time.monotonic()
        self.phases: dict[str, float] = {}
        self._phase = "start"
        self._made = made

    def phase(self, name: str) -> None:
        now = time.monotonic()
        self.phases[self._phase] = self.phases.get(self._phase, 0.0) + now - self._last
        self._phase, self._last = name, now

    def made(self, done: int, of: int) -> None:
        if self._made:
            self._made(done, of)


def run(
    project: Project,
    *,
    preview: bool = False,
    jobs: int | None = None,
    made: Callable[[int, int], None] | None = None,
    look: Look | None = None,
) -> Built:
    """Build the content as `pelican --fatal errors content -s pelicanconf.py` does, and answer what came of it.

    A preview shows drafts and embargoed texts too, in a folder that is never published. `jobs` is the number of
    processes (None = one per core); `made` is told how many of how many parts are done; `look` is one at the press
    room that somebody has just had.
    """
    watch = Stopwatch(made)
    overrides: dict[str, Any] = {"PRESSROOM_JOBS": jobs}
    if preview:
        private = project.private
        overrides |= {"PREVIEW": True, "OUTPUT_PATH": str(private / "output"), "CACHE_PATH": str(private / "cache")}
    settings = project.building(overrides)
    is_direct = direct.is_possible(settings)
    came = _directly(settings, project, watch, look) if is_direct else _pelican(overrides, project)
    watch.phase("")
    built = Built(
        output=project.shown(project.private / "output" if preview else project.output),
        seconds=time.monotonic() - watch.begun,
        phases=watch.phases,
        report=came.report,
        edition=came.edition,
        findings=came.findings,
    )
    if came.rest and not preview:
        replace(came.rest, said=at_rest(came.rest, built.output)).note(project.private)
    return built


def at_rest(rest: Rest, output: str) -> tuple[str, ...]:
    """Answer what to say when there is nothing to do."""
    unchanged = _("Nothing has changed: {folder} holds all {files} files.", folder=output, files=rest.files)
    return (*rest.report, unchanged, _("See it with ./press serve."))


class _Made(NamedTuple):
    report: tuple[str, ...] = ()
    edition: Report | None = None
    findings: tuple[Finding, ...] = ()
    rest: Rest | None = None


def _directly(settings: Mapping[str, Any], project: Project, watch: Watch, look: Look | None) -> _Made:
    try:
        came = direct.build(settings, project.private, watch, look, meanwhile=learn)
    except Faults as found:
        return _Made(findings=findings(project, found.faults))
    except TemplateError as error:
        place = where(error, Path(settings["THEME"]))
        return _Made(findings=(_parsed(f"{place}: {error.message or error}"),))
    except UnfitOutputs as error:
        return _Made(findings=(_parsed(str(error)),))
    except Exception as error:
        return _Made(findings=(located(error, project.root),))
    return _Made(came.report, came.edition, findings(project, came.left_out), came.rest)


def _pelican(overrides: dict[str, Any], project: Project) -> _Made:
    said, complaints = io.StringIO(), io.StringIO()
    editions: list[Report] = []
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaints):
        try:
            _run_pelican(overrides, project, complaints, editions)
        except (Exception, SystemExit) as error:
            return _Made(findings=_told(error, complaints.getvalue(), project))
    report = tuple(said.getvalue().splitlines())
    return _Made(report, editions[-1], _left_out(complaints.getvalue(), project))


def _run_pelican(
    overrides: dict[str, Any], project: Project, complaints: io.StringIO, editions: list[Report]
) -> None:
    from pelican import Pelican
    from pelican.log import console as pelicans_console
    from pelican.log import init
    from pelican.settings import read_settings
    from rich.console import Console
    from rich.logging import RichHandler

    from plugins.edition.generator import published

    # Pelican's own line at the end counts articles, which we have none of.
    pelicans_console.quiet = True
    console = Console(file=complaints, width=200)
    handler = RichHandler(console=console, show_time=False, show_level=False, show_path=False, markup=False)
    # Without "errors" a plugin that can't be loaded is passed over, and the site lacks a part without a word.
    init(level=logging.WARNING, fatal="errors", handler=handler)
    with published.connected_to(editions.append):
        Pelican(read_settings(str(project.root / SETTINGS), override=overrides)).run()


def _told(error: BaseException, complaints: str, project: Project) -> tuple[Finding, ...]:
    """Answer what stopped the build, with the file and line to look at."""
    if isinstance(error.__context__, Faults):
        return findings(project, error.__context__.faults)
    if isinstance(error, SystemExit) and complaints:
        return tuple(_parsed(line) for line in complaints.splitlines() if line.strip())
    return (located(error, project.root),)


def _left_out(complaints: str, project: Project) -> tuple[Finding, ...]:
    """Answer the faults of texts that the build did without, among whatever else was said."""
    said = (_parsed(line) for line in complaints.splitlines())
    return tuple(finding for finding in said if finding.line and (project.root / finding.file).is_file())


def located(error: BaseException, root: Path) -> Finding:
    """Answer an error in settings, plugin or template as a finding at the last place of ours that it passed."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, SyntaxError) and cause.filename:
            return _finding(Path(cause.filename), cause.lineno or 0, cause, root)
    for cause in causes:
        for frame in reversed(traceback.extract_tb(cause.__traceback__)):
            file = Path(frame.filename)
            ours = file.is_relative_to(root) and ".venv" not in file.parts and "desk" not in file.parts
            if ours:
                return _finding(file, frame.lineno or 0, cause, root)
    return _finding(root / SETTINGS, 0, causes[0], root)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Answer what lies behind the error, the first cause first: Pelican raises an error about an error."""
    behind = error.__cause__ or error.__context__
    if behind is not None:
        yield from _causes(behind)
    yield error


def _finding(file: Path, line: int, error: BaseException, root: Path) -> Finding:
    shown = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
    sentence = error.msg if isinstance(error, SyntaxError) else str(error)
    return Finding(file=shown, line=line, sentence=f"{type(error).__name__}: {sentence}".removesuffix(": "))


def _parsed(line: str) -> Finding:
    place, colon, sentence = line.partition(": ")
    file, _, number = place.rpartition(":")
    if colon and number.isdigit():
        return Finding(file=file, line=int(number), sentence=sentence)
    return Finding(file=place if colon else SETTINGS, line=0, sentence=sentence if colon else line)

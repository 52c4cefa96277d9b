"""What `press build` says of a build."""

from plugins.desk.building.build import Built, run
from plugins.desk.building.rest import Look
from plugins.desk.progress import bar
from plugins.desk.project import Project
from plugins.desk.words import _, say, say_json


def build(
    project: Project,
    *,
    preview: bool = False,
    jobs: int | None = None,
    explain: bool = False,
    as_json: bool = False,
    look: Look | None = None,
) -> int:
    """Build as `run` does, say what came of it, and answer the exit code."""
    with bar(lambda: _("Building …")) as made:
        built = run(project, preview=preview, jobs=jobs, made=made, look=look)
    if as_json:
        say_json(built.as_json())
    else:
        _say(built, explain=explain, language=project.language)
    return 0 if built.succeeded else 1


def _say(built: Built, *, explain: bool, language: str) -> None:
    from babel.numbers import format_decimal

    for finding in built.findings:
        say(str(finding), error=True)
    if built.edition is None:
        return
    for line in built.report:
        say(line)
    if explain:
        for path, why in built.edition.rendered.items():
            say(f"  {path}: {_why(why)}")
        for phase, took in built.phases.items():
            say(f"  {phase} {format_decimal(took, format='0.00', locale=language)} s")
    counts = {"written": len(built.edition.written), "removed": len(built.edition.removed)}
    done = _("{written} files written, {removed} removed, {unchanged} unchanged.")
    say(done.format(**counts, unchanged=built.edition.unchanged))
    seconds = format_decimal(built.seconds, format="0.0", locale=language)
    say(_("Built {folder} in {seconds} s. See it with ./press serve.", folder=built.output, seconds=seconds))


def _why(reasons: tuple[str, ...] | None) -> str:
    if reasons is None:
        return _("is new, or not as it was left")
    return ", ".join(reasons) or _("is made of fewer things, or in another order")

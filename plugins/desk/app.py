"""The commands of `press`, in the order of a press officer's work; the modules beside this one carry them out."""

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from plugins.desk.help import SpokenCommand, SpokenGroup
from plugins.desk.progress import progress
from plugins.desk.project import Project
from plugins.desk.publishing import commands as publishing
from plugins.desk.subscribers import commands as subscribers
from plugins.desk.takeover import commands as importing
from plugins.desk.words import _, counted, say, say_json, speak
from plugins.newsroom import CorrectionKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugins.desk.finding import Finding
    from plugins.newsroom import Faults

# Help texts are English here and translated when they are shown (help.py).
app = typer.Typer(
    name="press",
    cls=SpokenGroup,
    help="The press officer's desk: write, check and look at press releases.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

WIDE = 200
"""Characters to a line where there is no screen: names of files are not to be broken."""

Port = Annotated[
    int, typer.Option(metavar="NUMBER", help="The port; if it is taken, the next free one.", min=1, max=65535)
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a pipeline.")]


def main() -> None:
    """Run the command line, in the language of the newsroom."""
    speak(_project().language)
    app(prog_name="./press")


@app.command(cls=SpokenCommand, help="Begin a release: make its file, with every field and a hint about each.")
def new(
    headline: Annotated[str, typer.Argument(metavar="HEADLINE", help="The headline, in quotation marks.")],
    type: Annotated[
        str | None, typer.Option(metavar="SLUG", help="Kind of document; without it, the first in newsroom.yaml.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language it is written in; without it, the newsroom's first.")
    ] = None,
) -> None:
    from plugins.desk.writing.new import Unusable
    from plugins.desk.writing.new import new as begin

    project = _project()
    try:
        file = project.shown(begin(project, headline, type=type, language=language))
    except Unusable as error:
        say(str(error), error=True)
        raise typer.Exit(2) from None
    say(_("Made {file}, a draft.", file=file))
    say()
    say(_("Next:"))
    say("  1. " + _("Open the file; write the lead, and the text below the second ---."))
    say("  2. ./press check " + file)
    say("  3. ./press preview")
    say("  4. " + _("When it is done: take away the # before published and set the time."))


@app.command(cls=SpokenCommand, help="Tell every fault, also in drafts and embargoed texts, with file and line.")
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Files or folders; without any, all content.")
    ] = None,
    as_json: Json = False,
) -> None:
    from plugins.desk.writing import check as checking

    try:
        with progress(_("Checking …")):
            checked = checking.run(_project(), files or [])
    except checking.NotContent as error:
        say(_("{file} is not a text in the content folder.", file=error), error=True)
        raise typer.Exit(2) from None
    if as_json:
        told = {"faults": checked.findings, "doubts": checked.doubts}
        found = {name: [finding.as_json() for finding in findings] for name, findings in told.items()}
        say_json({"files": checked.files, **found})
    else:
        for finding in checked.findings:
            say(str(finding))
        for doubt in checked.doubts:
            say(f"{doubt} " + _("(No fault; is it meant?)"))
        if not checked.findings:
            say(counted("No faults in {number} file.", "No faults in {number} files.", checked.files))
    raise typer.Exit(1 if checked.findings else 0)


@app.command(cls=SpokenCommand, help="Show drafts and embargoed texts too; the browser follows every save.")
def preview(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="With --share: the release to seal, which isn't public yet.")
    ] = None,
    share: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Instead seal one release for this reader; can be given several times."),
    ] = None,
    at: Annotated[str, typer.Option(metavar="ADDRESS", help="With --share: the folder on the web for the files.")] = "",
    until: Annotated[
        str, typer.Option(metavar="TIME", help="With --share: the last moment; else when it becomes public.")
    ] = "",
    port: Port = 8001,
) -> None:
    import asyncio

    from plugins.desk.finding import Finding
    from plugins.desk.server import address
    from plugins.desk.writing import preview as previewing

    if share or file:
        if not (share and file):
            say(_("{name} must be given.", name="--share" if file else _("FILE")), error=True)
            raise typer.Exit(2)
        publishing.share(file, share, at=at, until=until)
        return
    project = _project()
    listener = _listen(port)

    def told(findings: list[Finding]) -> None:
        for finding in findings:
            say(str(finding))
        if not findings:
            say(_("The preview is up to date."))

    say(_("Preview, with drafts and embargoed texts: {address}", address=address(listener, project.base)))
    say(_("Stop with Ctrl-C."))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(previewing.run(project, listener, told))


@app.command(cls=SpokenCommand, help="Build the public press room into output/.")
def build(
    preview: Annotated[
        bool, typer.Option("--preview", help="With drafts and embargoed texts, in a folder that is never published.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="Processes; without it, one for each core.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also tell what was made anew, why, and how long each phase took.")
    ] = False,
    as_json: Json = False,
) -> None:
    from plugins.desk.building import commands as building

    raise typer.Exit(building.build(_project(), preview=preview, jobs=jobs, explain=explain, as_json=as_json))


@app.command(cls=SpokenCommand, help="Show what was built last, as the public will see it, on this machine.")
def serve(port: Port = 8000) -> None:
    from plugins.desk import server
    from plugins.desk.subscribers import local_list

    project = _project()
    if not (project.output / "index.html").is_file():
        say(_("Nothing is built yet. Run ./press build first."), error=True)
        raise typer.Exit(1)
    listener = _listen(port)
    say(_("The press room: {address}", address=server.address(listener, project.base)))
    local_list.serve(project, listener)


app.command("publish", cls=SpokenCommand, help="Publish what is due, and see that readers get it.")(publishing.publish)
app.command("rollback", cls=SpokenCommand, help="Bring back the edition before.")(publishing.rollback)
app.command("hosting", cls=SpokenCommand, help="Write the rules that a web server needs.")(publishing.hosting)
app.command("import", cls=SpokenCommand, help="Take over releases from an older press room.")(importing.command)
app.add_typer(subscribers.app)


@app.command(cls=SpokenCommand, help="See that letters reach the canary's mailbox; sound the alarm if they don't.")
def watch(
    wait: Annotated[
        float | None,
        typer.Option(metavar="MINUTES", min=0, help="For how long to wait for letters; without it, ten minutes."),
    ] = None,
    as_json: Json = False,
) -> None:
    from plugins.desk.publishing import canary

    project = _project()
    masthead = project.masthead()
    if masthead is None:
        say(_("newsroom.yaml has faults; see ./press check."), error=True)
        raise typer.Exit(1)
    with progress(_("Waiting for letters …")):
        heard = canary.listen(project, masthead.site, canary.MINUTES if wait is None else wait)
    if as_json:
        say_json(heard.as_json())
    else:
        for sentence in (*heard.faults, *heard.tells):
            say(f"{sentence[:1].upper()}{sentence[1:]}.", error=True)
        if not heard.faults:
            say(counted("{number} letter was looked for, and has come.",
                        "{number} letters were looked for, and have come.", len(heard.expected)))  # fmt: skip
    raise typer.Exit(1 if heard.faults else 0)


@app.command("next", cls=SpokenCommand, help="Tell when the press room changes by itself next, and how.")
def coming(
    as_json: Json = False,
    names: Annotated[
        bool, typer.Option("--names", help="With --json: name the files too, also those under embargo; not for a log.")
    ] = False,
) -> None:
    from plugins.desk.writing import next as upcoming
    from plugins.newsroom import Faults

    project = _project()
    try:
        changes = upcoming.changes(project)
    except Faults as found:
        _complain(found, project)
    if as_json:
        say_json(upcoming.as_json(changes, project, names=names))
    else:
        say("\n".join(upcoming.lines(changes, project)))


@app.command(cls=SpokenCommand, help="Show where every text stands, and what is left to do about it.")
def status(as_json: Json = False) -> None:
    from rich.console import Console

    from plugins.desk.writing import next as upcoming
    from plugins.desk.writing import status as standing
    from plugins.newsroom import Faults

    project = _project()
    try:
        with progress(_("Reading …")):
            found = standing.status(project)
    except Faults as faults:
        _complain(faults, project)
    if as_json:
        say_json(standing.as_json(found, project))
        return
    if not all(text.is_settled for text in found.texts):
        width = None if sys.stdout.isatty() else WIDE
        Console(highlight=False, markup=False, emoji=False, width=width).print(standing.table(found, project))
        say()
    say(standing.summary(found))
    say(_("Due next:") + " " + upcoming.lines(list(found.coming), project)[0])


@app.command(cls=SpokenCommand, help="After an edit of what is public: say what it was, and keep the old wording.")
def correct(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The release or assignment, edited and saved.")],
    text: Annotated[str, typer.Argument(metavar="WORDS", help="What was changed, for readers, in quotation marks.")],
    kind: Annotated[
        CorrectionKind, typer.Option(metavar="KIND", help="typo (silent), clarification or correction.")
    ] = CorrectionKind.CORRECTION,
) -> None:
    from plugins.desk.writing import correct as correcting
    from plugins.newsroom import Faults

    project = _project()
    try:
        with progress(_("Comparing with what is public …")):
            corrected = correcting.correct(project, file, kind, text)
    except correcting.Uncorrectable as error:
        _refuse(error, error.findings)
    except Faults as found:
        _complain(found, project)
    say(_("Written under corrections in {file}.", file=project.shown(corrected.file)))
    for change in corrected.entry.changes:
        say(f"  - {change.before}")
        say(f"  + {change.after}")
    if corrected.entry.changes:
        say(_("Readers will see both wordings. Take away from changes what nobody is to read again."))
    elif not corrected.compared and kind is not CorrectionKind.TYPO:
        say(_("What is public could not be reached, so the old wording is not shown."))


@app.command(cls=SpokenCommand, help="Give a text another name, year or language; its old address leads on.")
def move(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The text, or its folder.")],
    slug: Annotated[str | None, typer.Option(metavar="NAME", help="Its new folder's name.")] = None,
    year: Annotated[int | None, typer.Option(metavar="YEAR", help="The year whose folder it is to lie in.")] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="The language that it is written in.")] = None,
) -> None:
    from plugins.desk.writing import move as moving
    from plugins.newsroom import Faults

    project = _project()
    try:
        with progress(_("Moving …")):
            moved = moving.move(project, file, slug=slug, year=year, language=language)
    except moving.Unmovable as error:
        _refuse(error, error.findings)
    except Faults as found:
        _complain(found, project)
    say(_("It lies in {file} now.", file=project.shown(moved.place)))
    for address in moved.old_addresses:
        say(_("{address} leads on to it (moved_from).", address=address))
    for mended in moved.mended:
        say(_("{file}: the link to it is mended.", file=project.shown(mended)))


def _project() -> Project:
    try:
        return Project.here()
    except Exception as error:  # the settings are code: anything may be wrong in them
        from plugins.desk.building.build import located

        say(str(located(error, Path.cwd())), error=True)
        raise SystemExit(1) from None


def _listen(port: int) -> Any:
    from plugins.desk.server import listen

    try:
        return listen(port)
    except (OSError, OverflowError) as error:
        say(_("No port is free from {port} on ({why}).", port=port, why=error), error=True)
        raise typer.Exit(1) from None


def _refuse(error: Exception, findings: "Iterable[Finding]") -> NoReturn:
    """Tell why a command can't do what it was asked to, and leave."""
    say(str(error), error=True)
    for finding in findings:
        say(str(finding), error=True)
    raise typer.Exit(2) from None


def _complain(found: "Faults", project: Project) -> NoReturn:
    """Tell faults that leave nothing to answer, and leave."""
    from plugins.desk.finding import findings

    for finding in findings(project, found.faults):
        say(str(finding), error=True)
    raise typer.Exit(1)

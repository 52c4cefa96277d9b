"""`press publish`, `rollback` and `hosting`: the command lines; the modules of those names carry them out."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from plugins.desk.project import Project
from plugins.desk.words import _, counted, say, say_json
from plugins.newsroom import Faults, dates
from plugins.publishing.hosting.form import ROOT
from plugins.publishing.trouble import Trouble
from plugins.publishing.words import sentence

if TYPE_CHECKING:
    import httpx

    from plugins.desk.publishing.host import Host
    from plugins.desk.publishing.publish import Outcome

TIME = "2031-05-04T10:00:00+02:00"

Yes = Annotated[bool, typer.Option("--yes", help="Go on although something should be looked at first.")]
Wait = Annotated[
    float | None,
    typer.Option(metavar="MINUTES", min=0, help="For how long to look for what readers don't get yet."),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a pipeline.")]


def publish(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what readers, feeds and subscribers would see change.")
    ] = False,
    yes: Yes = False,
    first: Annotated[bool, typer.Option("--first", help="Nothing was ever published at this address before.")] = False,
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    from plugins.desk.publishing import canary
    from plugins.desk.publishing.host import Host, client
    from plugins.desk.publishing.publish import Publishing, Result, Wishes

    project = Project.here()
    masthead = project.masthead()
    if masthead is None:
        say(_("newsroom.yaml has faults; see ./press check."), error=True)
        raise typer.Exit(1)
    wishes = Wishes(dry_run=dry_run, yes=yes, first=first, wait=wait)
    with client() as asking, _steps() as step:
        host = None
        try:
            host = Host.of(project, masthead.site)
            run = Publishing(
                project=project, masthead=masthead, host=host, wishes=wishes, client=asking, step=step
            )
            outcome = run.run()
        except Trouble as trouble:
            said = sentence(trouble, project.language)
            if host is not None and not dry_run:
                _alarm(host, (said,), asking)
            _leave(said, as_json=as_json)
        if not dry_run:
            _alarm(host, outcome.sentences if not outcome.is_well else (), asking)
        if outcome.result is Result.PUBLISHED and wait is not None and canary.is_kept():
            step(_("Waiting for letters …"))
            outcome = outcome.heard(canary.listen(project, masthead.site, wait))
    _say(outcome, project, as_json=as_json)
    if outcome.result is Result.PUBLISHED:
        sys.stdout.flush()
        run.tidy()
    raise typer.Exit(0 if outcome.is_well else 1)


def rollback(wait: Wait = None, as_json: Json = False) -> None:
    from plugins.desk.publishing import rollback as way_back
    from plugins.desk.publishing.host import Host, client

    project = Project.here()
    masthead = project.masthead()
    if masthead is None:
        say(_("newsroom.yaml has faults; see ./press check."), error=True)
        raise typer.Exit(1)
    with client() as asking, _steps() as step:
        try:
            host = Host.of(project, masthead.site)
            outcome = way_back.rollback(project, host, asking, wait=wait, step=step)
        except Trouble as trouble:
            _leave(sentence(trouble, project.language), as_json=as_json)
    if outcome.is_well and not as_json:
        say(_("The edition before is back. Nothing more is published until ./press publish --yes."))
    else:
        _say(outcome, project, as_json=as_json)
    raise typer.Exit(0 if outcome.is_well else 1)


def hosting(
    server: Annotated[str, typer.Argument(metavar="SERVER", help="nginx, caddy, headers or redirects.")],
    root: Annotated[str, typer.Option(metavar="FOLDER", help="Where the server finds the edition.")] = ROOT,
    certificate: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="nginx: a folder with fullchain.pem and privkey.pem.")
    ] = None,
    brotli: Annotated[bool, typer.Option("--brotli", help="nginx: it has the module brotli_static.")] = False,
) -> None:
    from plugins.desk.finding import findings
    from plugins.desk.publishing import hosting as rules

    project = Project.here()
    if server not in set(rules.Server):
        names = ", ".join(rules.Server)
        say(_("There are no rules for {server}. There are: {names}.", server=server, names=names), error=True)
        raise typer.Exit(2)
    try:
        made = rules.rules(project, rules.Server(server), root=root, certificate=certificate, brotli=brotli)
    except Faults as found:
        for finding in findings(project, found.faults):
            say(str(finding), error=True)
        raise typer.Exit(1) from None
    sys.stdout.write(made)


def share(file: Path, recipients: list[str], *, at: str, until: str) -> None:
    """Seal a release for its recipients, and tell their links. Raises typer.Exit if it can't be."""
    from plugins.desk.finding import findings
    from plugins.desk.writing import share as sharing

    project = Project.here()
    try:
        expires = datetime.fromisoformat(until) if until else None
        if expires is not None and expires.tzinfo is None:
            raise ValueError
    except ValueError:
        say(_("{time} is no time with a zone; write it like {example}", time=until, example=TIME), error=True)
        raise typer.Exit(2) from None
    try:
        shared = sharing.share(project, project.given(file), recipients, at=at, expires=expires)
    except sharing.Unshareable as error:
        say(f"{error}.", error=True)
        raise typer.Exit(1) from None
    except Faults as found:
        for finding in findings(project, found.faults):
            say(str(finding), error=True)
        raise typer.Exit(1) from None
    for line in sharing.lines(shared, project):
        say(line)


def _say(outcome: "Outcome", project: Project, *, as_json: bool) -> None:
    from plugins.desk.publishing.publish import Result

    if as_json:
        say_json(outcome.as_json())
        return
    if outcome.result is Result.NOTHING and not sys.stdout.isatty():
        return  # a timer runs every minute, and somebody is mailed whatever is said
    if outcome.effects is not None:
        for line in outcome.effects.lines():
            say(line)
    for line in outcome.tells:
        say(line)
    for line in (*map(str, outcome.findings), *outcome.faults):
        say(line, error=True)
    for line in outcome.asks:
        say(_("Look at this first, and then say --yes: {what}", what=line), error=not outcome.is_well)
    say(_ended(outcome, project), error=not outcome.is_well)


def _ended(outcome: "Outcome", project: Project) -> str:
    from babel.numbers import format_decimal

    from plugins.desk.publishing.publish import Result

    seconds = format_decimal(outcome.seconds, format="0.0", locale=project.language)
    effects = outcome.effects
    match outcome.result:
        case Result.NOTHING:
            return _("Nothing is due.")
        case Result.PLANNED if effects is not None:
            size = dates.size(effects.size, project.language)
            sent, removed = effects.sent, effects.removed
            return _("{sent} files ({size}) would be sent, {removed} removed.", sent=sent, size=size, removed=removed)
        case Result.PLANNED:
            return _("Nothing is to be sent.")
        case Result.PUBLISHED if effects is not None:
            size = dates.size(effects.size, project.language)
            done = _("Published: {sent} files sent ({size}), {removed} removed.")
            done = done.format(sent=effects.sent, size=size, removed=effects.removed)
            seen = counted("{number} address looked at.", "{number} addresses looked at.", outcome.looked_at)
            return f"{done} {seen} {seconds} s"
        case Result.PUBLISHED:
            seen = counted("{number} address looked at.", "{number} addresses looked at.", outcome.looked_at)
            return f"{_('Published before, and seen now:')} {seen} {seconds} s"
        case Result.UNSEEN:
            return _("It was sent, but readers don't get it as it was sent.")
        case _:
            return _("Nothing was published.")


def _alarm(host: "Host", sentences: tuple[str, ...], asking: "httpx.Client") -> None:
    """Sound the alarm once for what is wrong, and not again until it is something else."""
    from plugins.desk.publishing.telling import alarm
    from plugins.newsroom import fingerprint

    about = fingerprint(*sentences) if sentences else ""
    why = alarm(host.site.url, sentences, asking) if about and about != host.alarmed else ""
    if why:
        say(_("The alarm could not be sent: {why}", why=why), error=True)
    else:
        host.note_alarmed(about)


def _leave(said: str, *, as_json: bool) -> NoReturn:
    """Tell what stops it, and leave."""
    if as_json:
        say_json({"result": "trouble", "faults": [said]})
    else:
        say(said[:1].upper() + said[1:] + ".", error=True)
    raise typer.Exit(1)


@contextlib.contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """Show what is done now, to people; a pipeline's log is spared."""
    if not sys.stderr.isatty():
        yield lambda what: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update

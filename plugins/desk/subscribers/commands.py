"""`press subscribers …`: the e-mail list from the operator's chair."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from plugins.desk.help import SpokenCommand, SpokenGroup
from plugins.desk.progress import bar
from plugins.desk.subscribers import sentences
from plugins.desk.words import _, counted, say, say_json

if TYPE_CHECKING:
    from plugins.subscriptions.keys import Address, Keys
    from plugins.subscriptions.operations.remote import Remote
    from plugins.subscriptions.settings import Settings
    from plugins.subscriptions.store import Store

app = typer.Typer(
    name="subscribers",
    cls=SpokenGroup,
    help="The e-mail list: run it, ask it, and stop letters.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a pipeline.")]
ReleaseId = Annotated[str, typer.Argument(metavar="ID", help="The release's id, the 8 characters in its file.")]
AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="A reader's e-mail address.")]
HOST = "127.0.0.1"


@app.command(cls=SpokenCommand, help="Run the list: its pages for readers, and what mails, in one process.")
def serve(
    port: Annotated[
        int, typer.Option(metavar="NUMBER", help="The port on this machine that the proxy passes on to.", min=1)
    ] = 8025,
    web_only: Annotated[
        bool, typer.Option("--web-only", help="Only the pages for readers; others do the mailing.")
    ] = False,
) -> None:
    import socket

    from plugins.subscriptions.operations import logs
    from plugins.subscriptions.operations.program import Program

    with _told():
        settings = _settings()
        logs.begin()
        try:
            listener = socket.create_server((HOST, port))
        except (OSError, OverflowError) as error:
            _stop(_("Port {port} on this machine can't be used ({why}).", port=port, why=error))
        with _site(settings) as site:
            Program(settings, site, mailing=not web_only).serve(listener)


@app.command(cls=SpokenCommand, help="Run one more process that sends letters, beside those that there are.")
def send(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when there is nothing that can go at this moment.")
    ] = False,
) -> None:
    from plugins.subscriptions.operations import logs, program

    with _told():
        settings = _settings()
        logs.begin()
        with _site(settings) as site:
            print(json.dumps(program.send(settings, site, until_idle=until_idle)))


@app.command(cls=SpokenCommand, help="Tell how the list is doing: readers, letters, what is on its way.")
def status(
    remote: Annotated[bool, typer.Option("--remote", help="Ask the service, not a database on this machine.")] = False,
    as_json: Json = False,
) -> None:
    from dataclasses import asdict

    if remote:
        say_json(_remote(lambda service, now: service.ask("status", now)))
        return
    with _opened() as (store, _keys):
        found, unfinished = store.answers.status(), store.mailings.unfinished()
    mailings = [
        {
            "mailing": each.number,
            "what": each.announcement.release if each.announcement else f"{each.frequency} {each.day}",
            "revision": each.announcement.revision if each.announcement else None,
            "title": each.announcement.versions[0].title if each.announcement else None,
            "state": each.state.value,
            "due_at": each.due_at,
        }
        for each in unfinished
    ]
    if as_json:
        say_json(asdict(found) | {"mailings": mailings})
        return
    states = {state.value: number for state, number in found.readers.items()}
    say(_("Readers: {active} active, {pending} have not confirmed yet.", **states))
    letters = ", ".join(f"{sentences.state(state)} {number}" for state, number in found.open.items() if number)
    say(_("Letters: {letters}.", letters=letters) if letters else _("No letters are waiting."))
    for each in mailings:
        say(f"  {each['what']} {each['title'] or ''}: {sentences.mailing_state(str(each['state']))}")


@app.command(cls=SpokenCommand, help="Tell how many were told of a release, and what became of their letters.")
def who(release: ReleaseId, as_json: Json = False) -> None:
    with _opened() as (store, _keys):
        told = store.answers.who(release)
        known = store.mailings.find(release, 1) is not None or bool(told)
    if as_json:
        say_json({"release": release, "revisions": told})
    elif not told:
        say(_("Nobody has been told of {release}.", release=release))
    for revision, states in sorted(told.items()) if not as_json else ():
        counts = ", ".join(f"{sentences.state(state)} {number}" for state, number in states.items())
        say(_("Version {revision}: {counts}.", revision=revision, counts=counts))
    raise typer.Exit(0 if known else 1)


@app.command(cls=SpokenCommand, help="Tell whether a reader got a release, and if not, why.")
def why(address: AddressArgument, release: ReleaseId, as_json: Json = False) -> None:
    with _opened() as (store, keys):
        mark = keys.mark(_address(address))
        reader, kept_away = store.subscribers.by_mark(mark), store.subscribers.suppression(mark)
        answers = store.answers.why(mark, release)
    said = [] if reader else [sentences.not_here(kept_away.reason.value if kept_away else None)]
    if not answers:
        said.append(_("The list has not heard of {release}.", release=release))
    elif reader:
        because = sentences.because
        said += [_("Version {revision}: {why}", revision=each.revision, why=because(each, reader)) for each in answers]
    if as_json:
        from dataclasses import asdict

        say_json(
            {
                "release": release,
                "subscribed": reader.state if reader else None,
                "kept_away": kept_away.reason if kept_away else None,
                "revisions": [asdict(each) for each in answers] if reader else [],
                "said": said,
            }
        )
    else:
        say("\n".join(said))


@app.command(cls=SpokenCommand, help="Write all active readers as CSV, with what they agreed to.")
def export(
    of: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Instead all that is held on one address, as JSON (GDPR, article 15)."),
    ] = None,
) -> None:
    from plugins.subscriptions.operations import interchange

    with _opened() as (store, keys):
        if of is not None:
            say_json(store.privacy.held_on(keys.mark(_address(of))))
            return
        for line in interchange.written(store):
            print(line)


@app.command("import", cls=SpokenCommand, help="Add readers from a CSV file. Nobody is mailed.")
def bring_in(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Columns: address, and if you like language, frequency, urgent_only, topics, consented_at, wording, "
            "source.",
        ),
    ],
    source: Annotated[
        str, typer.Option(metavar="WHERE", help="Where the consents can be looked up, for lines that don't say.")
    ] = "",
    consented: Annotated[
        str, typer.Option(metavar="TIME", help="When they agreed, for lines that don't say; such as 2025-03-14.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is wrong with the file.")] = False,
    as_json: Json = False,
) -> None:
    from dataclasses import asdict

    from plugins.desk.project import Project
    from plugins.subscriptions.operations import interchange
    from plugins.subscriptions.settings import Mode

    project = Project.here()
    with _opened() as (store, keys):
        settings = _settings()
        zone, now = settings.digests.timezone, datetime.now(UTC)
        at = interchange.moment(consented, zone) if consented else None
        if consented and (at is None or at > now):
            _stop(_("{text} is no time that has been; write one such as 2025-03-14.", text=consented))
        defaults = interchange.Defaults(
            language=project.language, timezone=zone, consented_at=at, source=source.strip()
        )
        try:
            written = project.given(file).read_bytes()
            entries = interchange.read(written, defaults, now, test=settings.mode is Mode.LOCAL)
        except OSError as error:
            _stop(_("{file} can't be read ({why}).", file=file, why=error.strerror))
        except interchange.Faulty as faulty:
            for fault in faulty.faults:
                say(f"{file}:{fault.line}: {sentences.faulty(fault)}", error=True)
            _stop(_("Nothing was imported."))
        if dry_run:
            say(counted("{number} reader can be imported.", "{number} readers can be imported.", len(entries)))
            return
        with bar(lambda: _("Importing …")) as made:
            imported = interchange.bring_in(store, keys, entries, now, done=made)
    if as_json:
        say_json(asdict(imported))
        return
    say(counted("{number} reader was added.", "{number} readers were added.", imported.added))
    if imported.known:
        say(_("{number} were on the list already, and stay as they are.", number=imported.known))
    if imported.kept_away:
        say(_("{number} are kept away: bounced, complained, or asked to be forgotten.", number=imported.kept_away))


@app.command(cls=SpokenCommand, help="Erase all that is held on an address.")
def forget(
    address: AddressArgument,
    keep_away: Annotated[
        bool, typer.Option("--keep-away", help="Keep a keyed hash, so that an import can't bring the address back.")
    ] = False,
    as_json: Json = False,
) -> None:
    with _opened() as (store, keys):
        found = store.privacy.forget(keys.mark(_address(address)), keep_away, datetime.now(UTC))
    if as_json:
        say_json({"forgotten": found})
    else:
        say(_("All that was held on it is erased.") if found else _("Nothing was held on it."))


@app.command(cls=SpokenCommand, help="Stop the letters of a release for now; those that have left have left.")
def hold(release: ReleaseId, as_json: Json = False) -> None:
    _pull("hold", release, as_json)


@app.command(cls=SpokenCommand, help="Let the held letters of a release go.")
def release(release: ReleaseId, as_json: Json = False) -> None:
    _pull("release", release, as_json)


@app.command(cls=SpokenCommand, help="Stop the letters of a release for good; those that have left have left.")
def cancel(release: ReleaseId, as_json: Json = False) -> None:
    _pull("cancel", release, as_json)


@app.command(cls=SpokenCommand, help="Look for faults in everything that the list needs, and say what to do.")
def doctor(as_json: Json = False) -> None:
    from plugins.desk.subscribers import diagnosis
    from plugins.subscriptions.manifest import own_client
    from plugins.subscriptions.operations import doctor as doctoring
    from plugins.subscriptions.operations.doctor import Level

    signs = {Level.GOOD: "✓", Level.CAREFUL: "!", Level.WRONG: "✗"}
    findings = []
    with _told():
        settings = _settings()
    with own_client() as client:
        for finding in doctoring.look(settings, client, lambda: datetime.now(UTC)):
            findings.append(finding)
            if not as_json:
                say(f"{signs[finding.level]} {diagnosis.said(finding)}")
    if as_json:
        told = [
            {"level": each.level, "kind": each.kind, "facts": each.facts, "sentence": diagnosis.said(each)}
            for each in findings
        ]
        say_json({"findings": told})
    raise typer.Exit(1 if any(each.level is Level.WRONG for each in findings) else 0)


@app.command(cls=SpokenCommand, help="Make the database's tables, or bring them up to date.")
def migrate() -> None:
    from plugins.subscriptions.store import Store

    with _told():
        Store.migrate(_settings())
    say(_("The database is up to date."))


@app.command(cls=SpokenCommand, help="Let this machine mail too: the list was moved here, or mails from several.")
def join() -> None:
    with _opened() as (store, _keys):
        store.instance.join()
    say(_("This machine may mail now."))


@app.command(cls=SpokenCommand, help="Let only this machine mail, from a database that was restored or copied.")
def adopt() -> None:
    with _opened() as (store, _keys):
        held = store.instance.adopt(datetime.now(UTC))
    say(_("This machine may mail now, and no other."))
    if held:
        say(
            counted(
                "{number} letter is held, for it may have been sent since. Send it with press subscribers requeue.",
                "{number} letters are held, for they may have been sent since. Send them with press subscribers "
                "requeue.",
                held,
            )
        )


@app.command(cls=SpokenCommand, help="Send the letters that are held since a restore or a doubt.")
def requeue() -> None:
    with _opened() as (store, _keys):
        number = store.ledger.requeue_held(None, datetime.now(UTC))
    say(counted("{number} letter is sent.", "{number} letters are sent.", number))


def _settings() -> "Settings":
    from plugins.subscriptions.settings import Settings

    return Settings.from_environment(os.environ)


@contextmanager
def _told() -> Iterator[None]:
    """Say in sentences what the list complains of."""
    from plugins.subscriptions.sending.smtp import RelayUnavailable
    from plugins.subscriptions.settings import BadSettings
    from plugins.subscriptions.store import Unavailable, Unusable

    try:
        yield
    except BadSettings as bad:
        _stop("\n".join(bad.faults))
    except (Unusable, RelayUnavailable) as refusal:
        _stop(str(refusal))
    except Unavailable as refusal:
        _stop(_("The database doesn't answer just now ({why}).", why=refusal))
    except OSError as fault:
        _stop(str(fault))


@contextmanager
def _opened() -> Iterator[tuple["Store", "Keys"]]:
    """Open the list's database, and close it."""
    from plugins.subscriptions.keys import Keys
    from plugins.subscriptions.store import Store

    with _told():
        settings = _settings()
        store = Store.open(settings)
        try:
            yield store, Keys(settings.secrets, settings.pepper)
        finally:
            store.close()


@contextmanager
def _site(settings: "Settings") -> Iterator[Any]:
    from plugins.subscriptions.manifest import Deployed, own_client

    with own_client() as client:
        yield Deployed(settings.site, client)


def _pull(door: str, release: str, as_json: bool) -> None:
    moved = _remote(lambda service, now: service.tell(door, {"release": release}, now))
    if as_json:
        say_json(moved)
    elif not moved["mailings"]:
        say(_("There was nothing to do: {release} isn't announced, or has gone out.", release=release))
    elif door == "hold":
        say(_("{release} is held.", release=release))
    elif door == "release":
        say(_("{release} goes out.", release=release))
    else:
        say(_("{release} is cancelled.", release=release))
    raise typer.Exit(0 if moved["mailings"] else 1)


def _remote(ask: "Callable[[Remote, datetime], dict[str, Any]]") -> dict[str, Any]:
    """Answer what the service answers, wherever it runs."""
    from plugins.subscriptions.operations.remote import Refused, Remote

    try:
        return ask(Remote.from_environment(os.environ), datetime.now(UTC))
    except Refused as refusal:
        _stop(str(refusal))


def _address(written: str) -> "Address":
    from plugins.subscriptions.keys import Address, BadAddress

    try:
        return Address.of(written, test=True)
    except BadAddress as bad:
        _stop(_("This is no address: {why}", why=bad))


def _stop(sentence: str) -> NoReturn:
    say(sentence, error=True)
    raise typer.Exit(1) from None

"""`python -m tests.benchmarks.letters`: how many letters a second leave, beside what the relay could take at most.

The relay is Postfix's `smtp-sink`; the most it takes is what Postfix's `smtp-source` sends it over connections that
stay open, measured before and after each case. Only a ratio to that, in the same run, may be claimed. Each case is a
process of its own; readers and their rows are made by another beforehand, and neither their time nor their memory is
counted. The rest is real: letters, ledger, full sync.
"""

import json
import multiprocessing
import os
import resource
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from plugins.subscriptions.delivery import DeliveryState
from plugins.subscriptions.letters.composer import Composer
from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.sending.worker import Sending, Worker
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store
from tests.nouns import a_release
from tests.subscriptions import postgres, running
from tests.subscriptions.letters.written import SERVICE, SITE, Deployment, a_writer, deployed
from tests.subscriptions.people import KEYS

READERS = 100_000
LIMIT_LETTERS = 20_000
"""Letters of each measure of the sink's limit."""
PLAIN_LETTERS = 2_000
"""Letters of the plain loop: it is slow, and steady."""
SOURCES = 16
"""Connections of `smtp-source`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is measured: which database (empty: the plain loop), how many readers, rows per commit, connections."""

    database: str
    readers: int
    rows: int = 1
    connections: int = 32
    processes: int = 1

    @property
    def name(self) -> str:
        if not self.database:
            return "smtplib and EmailMessage in a loop"
        processes = f", {self.processes} processes" if self.processes > 1 else ""
        return f"{self.database}, {self.rows} per commit, {self.connections} connections{processes}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a case took: letters/s, as a ratio to the sink's limit, and what `Measured` says."""

    case: str
    readers: int
    letters: float
    ratio: float
    limit: float
    cpu: float
    fan_out: float
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a case's processes say of themselves: letters/s, microseconds of CPU for each letter, seconds of the fan-out
    and the most bytes of memory that the sender had.
    """

    letters: float
    cpu: float
    fan_out: float = 0.0
    peak: float


class Missing(Exception):
    """What has to be installed before anything can be measured."""


def bench(
    readers: Annotated[int, typer.Option(min=1_000, help="How many readers the list has.")] = READERS,
    fewer: Annotated[int, typer.Option(min=1_000, help="And how many, to see whether memory grows.")] = 10_000,
    connections: Annotated[int, typer.Option(min=1, max=200, help="Connections to the relay.")] = 32,
    only: Annotated[str, typer.Option(help="Measure only the cases with this in their name: 'SQLite, 25'.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print figures for a program.")] = False,
    one: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Measure the e-mail list beside the most that its relay can take."""
    if one:
        print(json.dumps(asdict(_measured(json.loads(one)))))
        return
    # Ended by a pipeline as by Ctrl-C: what runs is ended, the folders are removed, and the figures so far are told.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found: list[Result] = []
    failure = ""
    try:
        cases = (case for case in _cases(readers, fewer, connections) if only in case.name)
        for each in _results(cases, Console(stderr=True)):
            found.append(each)
    except (Missing, subprocess.SubprocessError) as what:
        failure = str(what)
    except KeyboardInterrupt:
        failure = "Interrupted."
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=1))
    else:
        _show(found)
    if failure:
        raise SystemExit(failure)


def _show(found: Sequence[Result]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", "readers", "letters/s", "ratio", "limit/s", "CPU µs", "fan-out s", "MiB"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for each in found:
        table.add_row(
            each.case,
            f"{each.readers:,}",
            f"{each.letters:,.0f}",
            f"{each.ratio:.2f}",
            f"{each.limit:,.0f}",
            f"{each.cpu:,.0f}",
            f"{each.fan_out:.2f}" if each.fan_out else "–",
            f"{each.peak / 2**20:.0f}",
        )
    console = Console()
    console.width = max(console.width, 130)  # narrower columns can't be read
    console.print(table)


def _cases(readers: int, fewer: int, connections: int) -> Iterator[Case]:
    databases = ["SQLite"] + (["PostgreSQL"] if postgres.binaries() else [])
    yield Case(database="", readers=PLAIN_LETTERS)
    for database in databases:
        for rows, processes in ((1, 1), (25, 1), (25, 2)):
            yield Case(
                database=database, readers=readers, rows=rows, connections=connections, processes=processes
            )
    yield Case(database="SQLite", readers=fewer, rows=25, connections=connections)


def _results(cases: Iterator[Case], console: Console) -> Iterator[Result]:
    for program in ("smtp-sink", "smtp-source"):
        if not _program(program):
            raise Missing(f"{program} is missing, which comes with Postfix (Debian: apt install postfix).")
    with ExitStack() as stack:
        port = stack.enter_context(_sink())
        server: postgres.Server | None = None
        before = _limit(port)
        for number, case in enumerate(cases):
            console.print(f"{time.strftime('%H.%M.%S')} {case.readers:,} readers: {case.name}", highlight=False)
            if case.database == "PostgreSQL" and server is None:
                server = stack.enter_context(postgres.server("-c shared_buffers=256MB"))  # all synced, as it comes
            url = _new_database(server, number) if server and case.database == "PostgreSQL" else ""
            order = json.dumps({"case": asdict(case), "port": port, "url": url})
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.letters", "--one", order],
                stdout=subprocess.PIPE,
                check=True,
                text=True,
                timeout=3600,
            )
            found = Measured(**json.loads(done.stdout))
            after = _limit(port)
            limit, before = (before + after) / 2, after
            yield Result(
                case=case.name, readers=case.readers, ratio=found.letters / limit, limit=limit, **asdict(found)
            )


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec/postfix")


@contextmanager
def _sink() -> Iterator[int]:
    """Start `smtp-sink`; answer its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen([str(_program("smtp-sink")), *as_nobody, f"127.0.0.1:{port}", "1000"])
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        sink.kill()
        sink.wait()


def _limit(port: int) -> float:
    """Answer the letters/s that `smtp-source` brings to the sink, each as long as ours."""
    started = time.perf_counter()
    size = str(len(_letter()))
    many = ("-d", "-s", str(SOURCES), "-m", str(LIMIT_LETTERS), "-l", size, "-f", "a@example.se", "-t", "b@example.se")
    subprocess.run([str(_program("smtp-source")), *many, f"127.0.0.1:{port}"], check=True, timeout=600)
    return LIMIT_LETTERS / (time.perf_counter() - started)


def _new_database(server: postgres.Server, number: int) -> str:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE bench_{number}")
    return server.url(f"bench_{number}")


def _measured(order: dict[str, object]) -> Measured:
    """Run one case, in a process of its own."""
    case, port = Case(**order["case"]), int(str(order["port"]))  # type: ignore[arg-type]
    if not case.database:
        began = time.process_time()
        letters = _plain_loop(port, case.readers)
        return Measured(letters=letters, cpu=(time.process_time() - began) / case.readers * 1e6, peak=_peak())
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        settings = running.settings(
            Path(folder),
            f"smtp://127.0.0.1:{port}",
            str(order["url"]),
            connections=case.connections // case.processes,
            rows_per_commit=case.rows,
            site=SITE,
            service=SERVICE,
        )
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
            fan_out = other.submit(_prepare, settings, case.readers).result()
        seconds, cpu = _send(settings, case)
        return Measured(
            letters=case.readers / seconds, cpu=cpu / case.readers * 1e6, fan_out=fan_out, peak=_peak()
        )


def _prepare(settings: Settings, readers: int) -> float:
    """Make a list with readers and a row for each; answer seconds of the fan-out."""
    Store.migrate(settings)
    store = Store.open(settings)
    running.begin(store, (f"reader{number}" for number in range(readers)))
    notice = _site().announcements[0]
    store.mailings.take_in([notice], notice.at)
    started = time.perf_counter()
    (made,) = store.mailings.fan_out_due(notice.at + timedelta(seconds=1))
    seconds = time.perf_counter() - started
    assert made.rows == readers
    store.close()
    return seconds


def _send(settings: Settings, case: Case) -> tuple[float, float]:
    """Send everything; with several processes from the first one's start to the last one's end. Answer seconds, and
    seconds of CPU.
    """
    started, cpu = time.perf_counter(), -time.process_time()
    others = []
    for _ in range(case.processes - 1):
        if not (child := os.fork()):
            _work(settings)
            os._exit(0)
        others.append(child)
    counts = _work(settings)
    for child in others:
        _, _, used = os.wait4(child, 0)
        cpu += used.ru_utime + used.ru_stime
    seconds = time.perf_counter() - started
    assert others or counts == case.readers, f"{counts} letters were accepted, not {case.readers}"
    return seconds, cpu + time.process_time()


def _work(settings: Settings) -> int:
    store = Store.open(settings)
    site = _site()
    moment = site.announcements[0].at + timedelta(seconds=2)
    composer = Composer(
        settings, KEYS, lambda offer: a_writer(site), _Here(site), store.mailings.get, now=lambda: moment
    )
    worker = Worker(Sending(store=store, settings=settings, compose=composer, clock=lambda: moment))
    worker.run(until_idle=True)
    store.close()
    return worker.tally[DeliveryState.ACCEPTED]


class _Here(Deployed):
    """A deployed site that needs no network."""

    def __init__(self, site: Deployment) -> None:
        self._here = site

    def offer(self):  # type: ignore[no-untyped-def]
        return self._here.offer

    def record(self, announcement, version):  # type: ignore[no-untyped-def]
        return self._here.record(announcement, version.language)


def _site() -> Deployment:
    return deployed(a_release(), body="<p>Brödtexten är så här lång.</p>" * 60)


def _letter() -> bytes:
    site = _site()
    notice = site.announcements[0]
    from tests.subscriptions.letters.written import AT, VALUES  # noqa: PLC0415

    return a_writer(site).release(notice, site.record(notice, "sv"), "sv").fill(VALUES, AT)


def _plain_loop(port: int, letters: int) -> float:
    """What one would write first: a message built for each reader, over one connection, without any ledger."""
    import email  # noqa: PLC0415
    from email.message import EmailMessage  # noqa: PLC0415
    from email.policy import SMTP  # noqa: PLC0415

    made = email.message_from_bytes(_letter(), policy=SMTP)
    assert isinstance(made, EmailMessage)
    parts = {kind: part.get_content() for kind in ("plain", "html") if (part := made.get_body((kind,)))}
    own = ("content-", "mime-", "to")
    headers = [(name, value) for name, value in made.items() if not name.lower().startswith(own)]
    with smtplib.SMTP("127.0.0.1", port) as connection:
        connection.ehlo_or_helo_if_needed()
        started = time.perf_counter()
        for number in range(letters):
            message = EmailMessage(policy=SMTP)
            for name, value in headers:
                message[name] = value
            message["To"] = f"reader{number}@example.se"
            message.set_content(parts["plain"])
            message.add_alternative(parts["html"], subtype="html")
            connection.send_message(message, "list@example.se", [f"reader{number}@example.se"])
        return letters / (time.perf_counter() - started)


def _peak() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


if __name__ == "__main__":
    typer.run(bench)

"""`python -m tests.benchmarks`: builds press rooms of some sizes in some ways, and prints what each took."""

import json
import signal
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.benchmarks import tables
from tests.benchmarks.cases import Result, results
from tests.benchmarks.measuring import BuildFailed

SIZES = (1_000, 10_000)


def bench(
    releases: Annotated[
        list[int] | None, typer.Option(min=60, help="How many releases. May be given again. [default: 1000 and 10000]")
    ] = None,
    runs: Annotated[
        int, typer.Option(min=1, max=25, help="How often each build is repeated, unless it takes minutes.")
    ] = 3,
    only: Annotated[
        list[str] | None, typer.Option(help='Who builds, such as "press build" or Hugo. May be given again.')
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print tables for the README.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures for a program.")] = False,
) -> None:
    """Measure this press room beside Pelican and Hugo. All is built in temporary folders (TMPDIR says where)."""
    # Ended by a pipeline as by Ctrl-C: what runs is ended, the folders are removed, and the figures so far are told.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found: list[Result] = []
    failure = ""
    try:
        for size in releases or SIZES:
            found.extend(_measured(size, runs, only or ()))
    except BuildFailed as error:
        failure = str(error)
    except KeyboardInterrupt:
        failure = "Interrupted."
    if as_json:
        print(json.dumps({"machine": tables.machine(), "results": [asdict(result) for result in found]}, indent=1))
    elif markdown:
        print(tables.markdown(found))
    else:
        console = Console()
        console.width = max(console.width, 100)  # narrower columns can't be read
        for table in tables.terminal(found):
            console.print(table)
        console.print(tables.machine(), *tables.growth(found), "", tables.NOTE, sep="\n", markup=False, highlight=False)
    if failure:
        raise SystemExit(failure)


def _measured(size: int, runs: int, only: Collection[str]) -> Iterator[Result]:
    console = Console(stderr=True)

    def tell(now: str) -> None:
        bar.update(task, description=f"{size:,} releases: {now}")
        if not console.is_terminal:
            console.print(f"{datetime.now():%H.%M.%S} {size:,} releases: {now}", highlight=False)  # noqa: DTZ005

    # A pipeline's log gets lines in place of the bar.
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder, progress as bar:
        task = bar.add_task("")
        yield from results(size, runs, only, Path(folder), tell)


typer.run(bench)

"""Results as people read them: on the terminal, and in the README."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from rich import box
from rich.table import Table

from tests.benchmarks.cases import ONE_MORE, Result
from tests.benchmarks.contenders import hugo_program

COLUMNS = ("wall s", "ratio", "CPU s", "ratio", "MiB", "files", "changed", "written")

NOTE = """\
Each build is a process of its own; the builders took turns; figures are medians. A ratio is to the first builder in \
the same case, and alone may be claimed. CPU: all cores together. MiB: the largest process. Files: in the site \
afterwards. Changed: new, gone or different by the build. Written: at all.

Pelican and Hugo write less. Their minimal templates list the same: release pages with the latest five, pages of \
twenty, keyword pages, RSS and Atom overall and per keyword, a sitemap. Ours also has lists in English, of years, \
types and audiences, JSON feeds, archives of feeds, plain text and data beside each release, open data and smaller \
pictures. Hugo's command line only builds in full."""


def machine() -> str:
    """Answer the day, the machine's size and what was compared."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    said = subprocess.run([hugo_program(), "version"], capture_output=True, text=True, check=True).stdout
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores ({platform.machine()}), {memory:.0f} GiB of memory, "
        f"{platform.system()}, Python {platform.python_version()}, Pelican {importlib.metadata.version('pelican')}, "
        f"Hugo {said.split()[1].removeprefix('v').partition('-')[0]}"
    )


def terminal(results: Sequence[Result]) -> Iterator[Table]:
    """Answer one table per size of the corpus."""
    for releases, of_size in groupby(results, key=lambda result: result.releases):
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False)
        table.add_column(f"{releases:,} releases", no_wrap=True)
        for column in COLUMNS:
            table.add_column(column, justify="right", no_wrap=True)
        for case, rows in groupby(of_size, key=lambda result: result.case):
            table.add_row(f"[bold]{case}")
            for contender, *figures in _rows(list(rows)):
                table.add_row(f"  {contender}", *figures)
        yield table


def markdown(results: Sequence[Result]) -> str:
    """Answer the tables for the README, with date and machine."""
    lines = [f"Measured {machine()}.", ""]
    for releases, of_size in groupby(results, key=lambda result: result.releases):
        lines += [f"| {releases:,} releases | {' | '.join(COLUMNS)} |", f"|---|{'--:|' * len(COLUMNS)}"]
        for case, rows in groupby(of_size, key=lambda result: result.case):
            lines.append(f"| **{case}** |{' |' * len(COLUMNS)}")
            lines += [f"| {' | '.join(row)} |" for row in _rows(list(rows))]
        lines.append("")
    return "\n".join([*lines, *growth(results), "", NOTE])


def growth(results: Sequence[Result]) -> Iterator[str]:
    """Answer in a sentence each how the cost of one more release grows with the archive."""
    first: dict[str, Result] = {}
    for result in results:
        if result.case == ONE_MORE:
            smallest = first.setdefault(result.contender, result)
            if result is not smallest:
                times = result.wall / smallest.wall
                yield (
                    f"One more release by {result.contender}: {times:.1f} × the time "
                    f"at {result.releases:,} releases as at {smallest.releases:,}."
                )


def _rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    ours = results[0]
    for result in results:
        yield (
            result.contender,
            f"{result.wall:.2f}",
            _ratio(result.wall, ours.wall),
            f"{result.cpu:.2f}",
            _ratio(result.cpu, ours.cpu),
            f"{result.peak / 2**20:.0f}",
            f"{result.files:,}",
            f"{result.changed:,}",
            f"{result.written:,}",
        )


def _ratio(theirs: float, ours: float) -> str:
    ratio = theirs / ours
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.2g} ×"

"""Renders what the plan asks for, over the cores; what differs from the folder's files is laid ready beside them."""

import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from plugins.edition.plan import Task

_CHUNK = 64
"""Outputs that a process renders at a time: neighbours are often made of the same text."""


class Watch:
    """Is told how a build goes on; a front door that shows it makes one of its own."""

    def phase(self, name: str) -> None:
        """A phase begins: `read`, `plan`, `render` or `write`."""

    def rendered(self, done: int, of: int) -> None:
        """So many of the outputs that need it are rendered."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came of a task: its number, SHA-256, size and time (ns) of the bytes, and whether they are new."""

    number: int
    digest: str
    size: int
    modified: int
    is_new: bool


def rendered(
    tasks: Sequence[Task], folder: Path, ready: Path, *, jobs: int, watch: Watch
) -> Iterator[Rendered]:
    """Render all tasks, in no order; what the folder doesn't hold already is written below `ready`.

    The bytes are the same whatever the number of jobs. Raises what a render raises.
    """
    chunks = [range(start, min(start + _CHUNK, len(tasks))) for start in range(0, len(tasks), _CHUNK)]
    if jobs < 2 or len(chunks) < 2 * jobs:
        for number, task in enumerate(tasks):
            yield _render(number, task, folder, ready)
            watch.rendered(number + 1, len(tasks))
        return
    _shared.update(tasks=tasks, folder=folder, ready=ready)
    done = 0
    # forked, so that the newsroom need not be sent
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for results in pool.imap_unordered(_render_chunk, chunks):
            if isinstance(results, int):
                # a fault: once more here, where it can be raised with all that it says
                _render(results, tasks[results], folder, ready)
                raise Unsteady(f"{tasks[results].output.path} could be rendered only the second time")
            yield from results
            done += len(results)
            watch.rendered(done, len(tasks))


class Unsteady(Exception):
    """A render that raised didn't when it was asked again: it isn't a pure function of its inputs."""


_shared: dict[str, object] = {}


def _render_chunk(chunk: range) -> list[Rendered] | int:
    tasks, folder, ready = _shared["tasks"], _shared["folder"], _shared["ready"]
    assert isinstance(tasks, Sequence) and isinstance(folder, Path) and isinstance(ready, Path)  # noqa: S101
    results = []
    for number in chunk:
        try:
            results.append(_render(number, tasks[number], folder, ready))
        except Exception:
            return number
    return results


def _render(number: int, task: Task, folder: Path, ready: Path) -> Rendered:
    path, data = task.output.path, task.output.render()
    file = folder / path
    digest = sha256(data).hexdigest()
    is_new = not _holds(file, data)
    if is_new:
        file = ready / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return Rendered(number, digest, len(data), file.stat().st_mtime_ns, is_new)


def _holds(file: Path, data: bytes) -> bool:
    try:
        return not file.is_symlink() and file.stat().st_size == len(data) and file.read_bytes() == data
    except OSError:
        return False

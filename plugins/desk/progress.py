"""How far a work has come, for people: a pipeline's log is spared."""

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Show that work goes on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextlib.contextmanager
def bar(what: Callable[[], str]) -> Iterator[Callable[[int, int], None] | None]:
    """Show how far a long work has come; answer what is to be told so, None if nobody looks. `what` is asked what it
    is called.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what(), total=None)
        yield lambda done, of: shown.update(task, completed=done, total=of)

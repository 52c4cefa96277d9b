"""`python -m plugins.desk`: what the shell file `press` runs."""

import contextlib
import gc
import os
import sys
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from plugins.desk.building.rest import Look
from plugins.desk.project import Project
from plugins.reading.processes.assistant import Assistant


def main() -> int:
    """Run the command line, and answer the exit code. A plain build doesn't wait for all the commands to be loaded."""
    _open_what_is_closed()
    if sys.argv[1:] in (["build"], ["build", "--json"]):
        begun = time.monotonic()
        project = None
        with contextlib.suppress(Exception):  # the settings are code: what is wrong in them is told below
            project = Project.here()
        if project is not None:
            return _build(project, begun, as_json="--json" in sys.argv)
    from plugins.desk import app

    app.main()
    return 0


def _open_what_is_closed() -> None:
    """Lead nowhere what whoever started this has closed, as some timers do: else the next file that is opened would be
    taken for it.
    """
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _build(project: Project, begun: float, *, as_json: bool) -> int:
    gc.disable()  # what is read is kept until the end, and little of what is made refers to itself: to look is vain
    settings = project.building({})
    look = None
    with contextlib.suppress(Exception):  # what is wrong in the settings is told by the build, which looks again
        look = Look.at(project.private, settings, prepare=partial(_prepared, settings))
    if look is None or look.rest is None:
        from plugins.desk.building.commands import build
        from plugins.desk.words import speak

        speak(project.language)
        return build(project, as_json=as_json, look=look)
    if as_json:
        from plugins.desk.words import say_json

        say_json(look.rest.as_json(project.shown(project.output), time.monotonic() - begun))
    else:
        print(*look.rest.said, sep="\n")
    return 0


def _prepared(settings: Mapping[str, Any]) -> Assistant:
    """Call in an assistant, and load what a build needs. What goes wrong is told when it is used."""
    assistant = Assistant()
    with contextlib.suppress(Exception):
        from plugins.desk.building import commands, direct  # noqa: F401

        direct.connect(settings)
    return assistant


try:
    code = main()
except SystemExit as end:
    if "build" not in sys.argv or not isinstance(end.code, int):
        raise
    code = end.code
# To free a large archive piece by piece takes as long as to build one more release: the system does it at once.
for stream in filter(None, (sys.stdout, sys.stderr)):
    with contextlib.suppress(OSError):  # nobody listens any more
        stream.flush()
os._exit(code)

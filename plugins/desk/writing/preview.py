"""`press preview`: drafts and embargoed texts too, built anew at every save, in a browser that follows."""

import asyncio
import contextlib
import json
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from watchfiles import awatch

from plugins.desk.finding import Finding
from plugins.desk.project import SETTINGS, Project
from plugins.desk.server import Site, application, config
from plugins.desk.words import _

WATCHED = ("content", "theme", "plugins", SETTINGS)
HERE = "/.preview"
"""Where the preview keeps what is its own: the site itself can't have such an address."""

_STATIC = Path(__file__).parents[1] / "static"


class Preview:
    """The state of the preview: what the latest build came to, and who waits for the next one."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.number = 0
        self.begun = secrets.token_hex(4)
        self.findings: list[Finding] = []
        self.is_built = False
        self.changed = asyncio.Condition()
        self.closed = False
        self.site = Pages(self)

    @property
    def edition(self) -> str:
        """Answer a name that differs for each build, also after a restart."""
        return f"{self.begun}-{self.number}"

    async def build(self) -> None:
        """Build in a process of its own, so that changed plugins are read anew and a crash of theirs isn't ours."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "plugins.desk", "build", "--preview", "--json"),
            cwd=self.project.root,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the server, which then ends the build
        )
        try:
            said, complained = await process.communicate()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        self.is_built, self.findings = _outcome(said, complained)
        self.site.base = self.project.base
        async with self.changed:
            self.number += 1
            self.changed.notify_all()

    async def close(self) -> None:
        """End all streams of events."""
        async with self.changed:
            self.closed = True
            self.changed.notify_all()

    async def events(self) -> AsyncIterator[str]:
        """Tell a browser the name of each build, as server-sent events (WHATWG HTML 9.2), the present one first."""
        while not self.closed:
            edition = self.edition
            yield f"data: {edition}\n\n"
            async with self.changed:
                while self.edition == edition and not self.closed:
                    await self.changed.wait()

    def application(self) -> Any:
        """Answer the server: the site, the events, and the preview's own script and style."""

        async def events(request: Request) -> Response:
            return StreamingResponse(self.events(), media_type="text/event-stream")

        own = [Route("/events", events), Mount("/", StaticFiles(directory=_STATIC))]
        return application(self.site, Mount(HERE, routes=own))


class Pages(Site):
    """The previewed site: every page follows the builds. A fault in what is public stops the build, and every page is
    then a list of faults; those of drafts that were left out stand at the end of each page.
    """

    def __init__(self, preview: Preview) -> None:
        super().__init__(preview.project.private / "output", preview.project.base)
        self.preview = preview
        self.templates = Environment(
            loader=FileSystemLoader(_STATIC), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    async def get_response(self, path: str, scope: Scope) -> Response:
        wants_page = b"text/html" in dict(scope["headers"]).get(b"accept", b"")
        if wants_page and not self.preview.is_built:
            return HTMLResponse(self._notice(), status_code=503)
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and Path(response.path).suffix == ".html":
            page = await asyncio.to_thread(Path(response.path).read_text, encoding="utf-8")
            return HTMLResponse(self._following(page), status_code=response.status_code)
        return response

    def is_not_modified(self, response_headers: object, request_headers: object) -> bool:
        return False  # a page that is the same as before still belongs to a new build

    def _following(self, page: str) -> str:
        """Answer the page with the script that waits for the next build; the file itself stays as it was built."""
        script = f'<script src="{HERE}/follow.js" data-edition="{self.preview.edition}"></script>'
        before, end, after = page.rpartition("</body>")
        noticed = self._left_out() if self.preview.is_built and self.preview.findings else ""
        return f"{before}{noticed}{script}{end}{after}" if end else page + script

    def _left_out(self) -> str:
        title = _("Left out of the preview until they are mended:")
        return self.templates.get_template("left_out.html").render(
            language=self.preview.project.language, title=title, findings=self.preview.findings, here=HERE
        )

    def _notice(self) -> str:
        template = self.templates.get_template("notice.html")
        building = not self.preview.number
        page = template.render(
            language=self.preview.project.language,
            title=_("Building the preview …") if building else _("There is something to mend"),
            lead=_("The page shows itself when it is ready.")
            if building
            else _("Save the file when it is mended; the page then shows itself."),
            findings=self.preview.findings,
            here=HERE,
        )
        return self._following(page)


class _Server(uvicorn.Server):
    """Ends the streams of events before it stops; browsers would keep them open."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(config(preview.application()))
        self.preview = preview

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.preview.close()
        await super().shutdown(sockets)


async def run(project: Project, listener: socket.socket, told: Callable[[list[Finding]], None]) -> None:
    """Serve the preview and build it at every save, until Ctrl-C. `told` is called with what each build found."""
    preview = Preview(project)
    web = _Server(preview)
    watching = asyncio.create_task(_follow(preview, told))
    serving = asyncio.create_task(web.serve(sockets=[listener]))
    try:
        await asyncio.wait({watching, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        web.should_exit = True
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _follow(preview: Preview, told: Callable[[list[Finding]], None]) -> None:
    root = preview.project.root
    await preview.build()
    told(preview.findings)
    async for _changes in awatch(*(root / name for name in WATCHED if (root / name).exists())):
        await preview.build()
        told(preview.findings)


def _outcome(said: bytes, complained: bytes) -> tuple[bool, list[Finding]]:
    """Answer whether there is something to show, and what is to be mended."""
    try:
        told = json.loads(said)
        return told["built"], [Finding(**fault) for fault in told["faults"]]
    except (ValueError, KeyError, TypeError):
        lines = complained.decode(errors="replace").strip().splitlines() or ["?"]
        return False, [Finding(file="press build", line=0, sentence=lines[-1])]

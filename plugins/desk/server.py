"""`press serve`: shows a built site on this machine as a good web host would, with the headers that it should send."""

import asyncio
import contextlib
import errno
import os
import socket
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plugins.publishing.headers import media_type, rules

HOST = "127.0.0.1"
PORTS_TRIED = 20

_EVERYWHERE, *_ = rules()
HEADERS = {name: value for name, value in _EVERYWHERE.headers if name != "Strict-Transport-Security"}
"""What hosts are told to send with every file. But this machine speaks plain HTTP, and no page elsewhere on the web may
read what is shown here: a preview holds embargoed texts.
"""


class Site(StaticFiles):
    """A built site in a folder. `base` is the path that its links start with (`/`, or `/press/`)."""

    def __init__(self, folder: Path, base: str = "/") -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self.base = base

    def get_path(self, scope: Scope) -> str:
        """Answer the file's path in the folder; the edition's own record is nobody else's business."""
        path: str = scope["path"].removeprefix(self.base.rstrip("/"))
        name = os.path.normpath(path.lstrip("/") or ".")
        hidden = any(part.startswith(".") and part not in (".", ".well-known") for part in name.split("/"))
        return "404" if hidden else name

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not f"{scope['path']}/".startswith(self.base):
            if scope["path"] == "/":
                return RedirectResponse(self.base)
            path = "404"
        return await super().get_response(path, scope)

    async def check_config(self) -> None:
        """Find nothing wrong with a folder that isn't there yet: the first preview makes it."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        if isinstance(response, FileResponse):
            response.headers["Content-Type"] = media_type(Path(full_path).name)
        return response


class WithHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (*HEADERS.items(), ("Cache-Control", "no-cache")):
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sending)


def application(site: ASGIApp, *others: Mount) -> Starlette:
    """Answer the whole server around a site.

    Only local names are answered: a page elsewhere on the web must not read embargoed texts through a name of its own
    that points to this machine (DNS rebinding).
    """
    return Starlette(
        routes=[*others, Mount("/", site)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", HOST]), Middleware(WithHeaders)],
        exception_handlers={HTTPException: _plain},
    )


def listen(port: int) -> socket.socket:
    """Answer a socket on this machine only, on the port or the next free one. Raises OSError if none is free."""
    for number in range(port, port + PORTS_TRIED):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, number))
            listener.listen()  # at once, so that whoever reads the address can already ask, and waits
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES) or number == port + PORTS_TRIED - 1:
                raise
        else:
            return listener
    raise AssertionError("the last port either answers or raises")


def address(listener: socket.socket, base: str) -> str:
    """Answer what to write in the browser."""
    return f"http://localhost:{listener.getsockname()[1]}{base}"


def config(app: ASGIApp) -> uvicorn.Config:
    """Answer a server's settings: it says nothing but errors, and waits for nobody long when it is stopped."""
    return uvicorn.Config(app, log_level="error", server_header=False, timeout_graceful_shutdown=1, lifespan="off")


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Serve until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config(app)).serve(sockets=[listener]))


async def _plain(request: object, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return Response(str(status), status_code=status, media_type="text/plain")

"""The e-mail list of `press serve`: the same program as in public, on SQLite, with a mailbox in place of a relay.

The site is served as it was built, so its letters and its `notices.json` lead to the address that it will have. Only
what somebody looks at here is turned towards this machine: the form, the list's own pages, and letters in the mailbox.
"""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from bs4 import BeautifulSoup, Tag
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from plugins.desk import server
from plugins.desk.project import Project
from plugins.desk.server import Site, address
from plugins.desk.subscribers.mailbox import HERE, Mailbox
from plugins.desk.words import _, say
from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.operations import logs
from plugins.subscriptions.operations.letterbox import Letterbox, Relay
from plugins.subscriptions.operations.program import Program
from plugins.subscriptions.settings import BadSettings, Settings
from plugins.subscriptions.store import Store, Unusable

STATE = ".list"
PATH = "lista/"
"""Where the list lies below the press room if newsroom.yaml doesn't say, or names another host."""
PULL_BACK = "5s"
"""Long enough to see that letters can be pulled back, and short enough to wait for."""
LOOK_SECONDS = 0.5
_FORM = '<form class="subscribe"'


def serve(project: Project, listener: socket.socket) -> None:
    """Serve the built site until Ctrl-C, with the list if the site has one."""
    with contextlib.ExitStack() as until_the_end:
        site, mounts = Site(project.output, project.base), []
        try:
            site, mailbox = until_the_end.enter_context(running(project, listener))
            mounts.append(mailbox)
            say(_("Letters to readers: {address}", address=server.address(listener, f"{HERE}/")))
        except NotBuilt:
            pass
        except (BadSettings, Unusable) as fault:
            say(_("The e-mail list does not run: {why}", why=fault), error=True)
        say(_("Stop with Ctrl-C."))
        server.serve(server.application(site, *mounts), listener)


class NotBuilt(Exception):
    """The site was built without the list, or before there was one."""


class Output(httpx.BaseTransport):
    """The built site, answered from its folder as its host would answer. `base` is the path that it lies below."""

    def __init__(self, folder: Path, base: str) -> None:
        self._folder = folder.resolve()
        self._base = base

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        file = (self._folder / unquote(request.url.path).removeprefix(self._base)).resolve()
        if not (file.is_relative_to(self._folder) and file.is_file()):
            return httpx.Response(404)
        return httpx.Response(200, content=file.read_bytes())


class Shown(Deployed):
    """The deployed site, as the list's own pages lead to it on this machine."""

    def __init__(self, site: str, here: str, client: httpx.Client) -> None:
        super().__init__(site, client)
        self._from, self._to = site.encode(), here.encode()

    def offer(self) -> Offer:
        return Offer.read(super().offer().json().replace(self._from, self._to))


class PressRoom(Site):
    """The site with an open form, and the list below it."""

    def __init__(self, project: Project, program: Program, service: str) -> None:
        super().__init__(project.output, project.base)
        self._program = program
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at_list = scope["type"] == "http" and scope["path"].startswith(self._service)
        await (self._program.service.app if at_list else super().__call__)(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and Path(response.path).suffix == ".html":
            page = Path(response.path).read_text(encoding="utf-8")
            if _FORM in page:
                return HTMLResponse(self._opened(page), status_code=response.status_code)
        return response

    def is_not_modified(self, response_headers: object, request_headers: object) -> bool:
        return False  # a browser may have the same page from when the form was closed

    def _opened(self, page: str) -> str:
        """Answer the page with a form that leads to the list here."""
        soup = BeautifulSoup(page, "html.parser")
        for form in soup.select("form.subscribe"):
            form["action"], form["data-token"] = f"{self._service}subscribe", f"{self._service}token"
            fieldset = form.find("fieldset")
            if isinstance(fieldset, Tag) and fieldset.has_attr("disabled"):
                del fieldset["disabled"]
                if isinstance(closed := form.find_next_sibling("p"), Tag):
                    closed.decompose()  # that the list isn't open yet
        script = next((Path(self.directory or "") / "theme").glob("subscribe.*.js"), None)
        if script and soup.head and not soup.select_one('script[src*="/theme/subscribe."]'):
            source = f"{self.base}theme/{script.name}"
            soup.head.append(soup.new_tag("script", attrs={"type": "module", "src": source}))
        return str(soup)


@contextlib.contextmanager
def running(project: Project, listener: socket.socket) -> Iterator[tuple[PressRoom, Mount]]:
    """Run the list while the site is served; answer the site with it, and the mailbox.

    Raises NotBuilt, BadSettings, store.Unusable.
    """
    head = project.masthead()
    if head is None or not all((project.output / name).is_file() for name in ("notices.json", "list.json")):
        raise NotBuilt
    site = head.site.absolute("")
    here = address(listener, project.base)
    service = _path(head.subscription_endpoint, site, project.base)
    box = Letterbox(project.root / STATE / "letters")
    relay = Relay(box.put)
    settings = local(
        {"LIST_TIMEZONE": head.timezone.key, **os.environ},
        project.root / STATE,
        LIST_SITE=site,
        LIST_SERVICE=address(listener, service),
        LIST_RELAY=relay.address,
    )
    Store.migrate(settings)
    logs.begin(logging.WARNING)
    with httpx.Client(transport=Output(project.output, project.base)) as client:
        program = Program(
            settings,
            Deployed(site, client),
            shown=Shown(site, here, client),
            theme=project.root / project.settings["THEME"],
        )
        ended = threading.Event()
        following = threading.Thread(target=_follow, args=(project.output, program, ended), daemon=True)
        relay.start()
        program.start()
        following.start()
        try:
            mailbox = Mailbox(box, project.language, lambda text: text.replace(site, here))
            yield PressRoom(project, program, service), mailbox.mount()
        finally:
            ended.set()
            following.join()
            program.stop()
            relay.stop()


def local(environ: Mapping[str, str], state: Path, **own: str) -> Settings:
    """Answer the settings of a list on this machine. Whatever the environment says of a public one, neither its readers
    nor its relay are met.
    """
    fixed = {"LIST_MODE": "local", "LIST_STATE": str(state), "LIST_DATABASE": f"sqlite:///{state}/list.sqlite"}
    chosen = {"LIST_PULL_BACK": PULL_BACK, "LIST_SENDER": "press@localhost", **environ}  # the name is the publisher's
    return Settings.from_environment(chosen | fixed | own)


def _path(endpoint: str | None, site: str, base: str) -> str:
    """Answer the path that the list has here: the same as in public, if it lies on the same host there."""
    parts = urlsplit(endpoint or "")
    same_host = not parts.netloc or parts.netloc == urlsplit(site).netloc
    return parts.path if same_host and parts.path not in ("", base) else f"{base}{PATH}"


def _follow(output: Path, program: Program, ended: threading.Event) -> None:
    """Let the list look at the site as soon as another build has changed what it may send."""
    known = None
    while not ended.wait(LOOK_SECONDS):
        with contextlib.suppress(OSError):
            found = (output / "notices.json").stat().st_mtime_ns
            if known not in (None, found) and program.mailer:
                program.mailer.scheduler.nudge()
            known = found

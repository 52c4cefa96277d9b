"""The list as a process: the front door for readers and what mails beside it, or only one of them."""

import logging
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from plugins.subscriptions.keys import Keys
from plugins.subscriptions.letters.composer import Composer
from plugins.subscriptions.letters.writer import Writer
from plugins.subscriptions.manifest import Deployed
from plugins.subscriptions.offer import Offer
from plugins.subscriptions.sending.scheduler import Scheduler
from plugins.subscriptions.sending.worker import Sending, Worker, now
from plugins.subscriptions.service.app import THEME, Service, config
from plugins.subscriptions.service.metrics import Metrics
from plugins.subscriptions.settings import Settings
from plugins.subscriptions.store import Store, Unavailable, Unusable

log = logging.getLogger("list.program")

AGAIN_SECONDS = 30.0
"""How long it waits before it looks again whether this machine may mail, or the database is there."""


class Mailer:
    """The half that mails: a scheduler and a worker, each in a thread of its own.

    Where this machine must not mail (the database was restored or copied) it says so, waits until somebody has decided
    what to do, and then goes on by itself. The front door beside it stays open: whoever wants to leave can leave.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        site: Deployed,
        *,
        theme: Path = THEME,
        again: float = AGAIN_SECONDS,
    ) -> None:
        keys = Keys(settings.secrets, settings.pepper)

        def writer(offer: Offer) -> Writer:
            return Writer(
                theme=theme,
                offer=offer,
                service=settings.service,
                sender=settings.sender,
                timezone=settings.digests.timezone,
            )

        compose = Composer(settings, keys, writer, site, store.mailings.get, now=now)
        self.scheduler = Scheduler(store, settings, keys, site.announcements, compose.message_id)
        self.worker = Worker(Sending(store=store, settings=settings, compose=compose))
        self.refusals: dict[str, str] = {}
        """Why a part doesn't work at present, by its name."""
        self.failed: Callable[[], None] = lambda: None
        """Is called when a part has ended by a fault of ours; `fault` is that."""
        self.fault: BaseException | None = None
        self._again = again
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep, args=(name, run), name=name, daemon=True)
            for name, run in (("scheduler", self.scheduler.run), ("worker", self.worker.run))
        ]

    def measure(self, metrics: Metrics) -> None:
        """Let Prometheus see what keeps letters back."""
        worker, scheduler = self.worker, self.scheduler
        metrics.count(
            "list_breaker_open",
            "1 while so much is refused, or comes back, that it isn't believed.",
            lambda: {"refusals": int(worker.breaker.is_open), "bounces": int(scheduler.feedback.has_stopped)},
            by="what",
        )
        metrics.count(
            "list_faults",
            "1 for each part of what mails that doesn't work at present.",
            lambda: dict.fromkeys((*self.refusals, *scheduler.faults), 1),
            by="part",
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the letters that are in the air, and end."""
        self._stopping.set()
        self.scheduler.stop()
        self.worker.stop()
        for thread in self._threads:
            if thread.ident:
                thread.join()

    def _keep(self, name: str, run: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                run()
                return
            except (Unusable, Unavailable) as refusal:
                self.refusals[name] = str(refusal)
                log.error("the list doesn't mail", extra={"part": name, "fault": str(refusal)})
                self._stopping.wait(self._again)
                self.refusals.pop(name, None)
            except Exception as fault:
                log.exception("a part of the list has ended", extra={"part": name})
                self.fault = fault
                self.failed()
                return


class Program:
    """What belongs to one process. `site` is the press room as it is deployed; `shown` is the same as the service's
    pages lead to it, if that isn't where it is deployed. `mailing` is False for a front door alone.

    Raises Unusable where the database can't be used.
    """

    def __init__(
        self,
        settings: Settings,
        site: Deployed,
        *,
        shown: Deployed | None = None,
        mailing: bool = True,
        theme: Path = THEME,
        again: float = AGAIN_SECONDS,
    ) -> None:
        self.store = Store.open(settings)
        self.service = Service.of(settings, self.store, site=shown or site, theme=theme)
        self.mailer = Mailer(settings, self.store, site, theme=theme, again=again) if mailing else None
        if self.mailer:
            self.mailer.measure(self.service.metrics)

    def start(self) -> None:
        self.service.start()
        if self.mailer:
            self.mailer.start()

    def stop(self) -> None:
        """Do what was promised to readers, finish the letters that are in the air, and end."""
        self.service.stop()
        if self.mailer:
            self.mailer.stop()
        self.store.close()

    def serve(self, listener: socket.socket) -> None:
        """Answer requests until SIGTERM or Ctrl-C. Raises what a part that mails has failed with."""
        settings = config(self.service.app)
        settings.lifespan = "off"  # start() and stop() are called here, for the mailer too
        server = uvicorn.Server(settings)
        if self.mailer:
            self.mailer.failed = lambda: setattr(server, "should_exit", True)
        # uvicorn ends at these signals and then raises them anew; by then there is only stopping left to do
        before = {each: signal.signal(each, lambda *_: None) for each in (signal.SIGTERM, signal.SIGINT)}
        self.start()
        try:
            server.run(sockets=[listener])
        finally:
            self.stop()
            for each, handler in before.items():
                signal.signal(each, handler)
        if self.mailer and self.mailer.fault:
            raise self.mailer.fault


def send(settings: Settings, site: Deployed, *, until_idle: bool, theme: Path = THEME) -> dict[str, int]:
    """Work through the ledger until SIGTERM or Ctrl-C, or until nothing can go at this moment. Answer how many letters
    came into which state. Raises Unusable, Unavailable, RelayUnavailable.
    """
    store = Store.open(settings)
    worker = Mailer(settings, store, site, theme=theme).worker
    before = {each: signal.signal(each, lambda *_: worker.stop()) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        worker.run(until_idle=until_idle)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        store.close()
    return {state.value: count for state, count in sorted(worker.tally.items())}

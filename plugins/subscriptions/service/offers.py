"""The offer as the press room's own site says it now, asked for again from time to time."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from plugins.newsroom import Localized
from plugins.subscriptions.manifest import Unreachable
from plugins.subscriptions.offer import Offer

log = logging.getLogger(__name__)

AGAIN = 300.0
"""Seconds until it is asked for again when it could be had."""
SOON = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds until it is asked for again when it couldn't."""


class Offers:
    """Holds the newest offer that could be had. `ask` answers what the site says now, or raises Unreachable.

    Before there is any, pages show the site's name in place of the publisher's and have no topics: who wants to leave
    can leave also while the site is away.
    """

    def __init__(self, ask: Callable[[], Offer], site: str, languages: tuple[str, ...]) -> None:
        self._ask = ask
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="offers", daemon=True)
        self.current = _nothing(site, languages)
        self.known = False
        """True once it is the site's own words that are shown."""

    def refresh(self) -> bool:
        """Ask the site; answer whether it could be had. What was known stays if it couldn't."""
        try:
            self.current = self._ask()
        except Unreachable as fault:
            log.warning("the site's list.json can't be had", extra={"fault": str(fault)})
            return False
        self.known = True
        return True

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            failures = 0 if self.refresh() else failures + 1
            self._stopping.wait(SOON[min(failures, len(SOON)) - 1] if failures else AGAIN)


def spoken(theme: Path) -> tuple[str, ...]:
    """Answer the languages that the theme has words in; English needs none."""
    return (*sorted(folder.name for folder in (theme / "locale").iterdir() if folder.is_dir()), "en")


def _nothing(site: str, languages: tuple[str, ...]) -> Offer:
    def everywhere(text: str) -> Localized:
        return Localized.of(dict.fromkeys(languages, text))

    return Offer(
        languages=languages,
        demonstration=False,
        publisher=everywhere(urlsplit(site).hostname or site),
        publisher_url=site,
        promise=everywhere(""),
        subjects=(),
        has_assignments=False,
        home=everywhere(site),
        follow=everywhere(site),
        footer=(),
    )

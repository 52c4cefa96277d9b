"""What every kind of host can be asked."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator

from plugins.publishing.manifest import RECORD, Manifest
from plugins.publishing.plan import Plan, bare
from plugins.publishing.shipment import Shipment


def silent(path: str) -> None:
    """Tell nobody how far it has come."""


class Target(ABC):
    """A host that an edition is sent to.

    What it has is read from the manifest that lies there and confirmed by what is really there, never from a memory on
    this machine: so whatever cut the last publishing short, and wherever it ran, the next one knows what is left.
    Everything here raises Trouble when the host can't be reached or refuses.
    """

    switches_at_once: bool
    """Whether readers see either the old edition or the new one, whole. Else they can meet a mixture for as long as
    the sending lasts, in an order in which nothing leads to what isn't there.
    """

    @abstractmethod
    def held(self) -> Manifest:
        """Answer what the host has of ours; an empty manifest if nothing was ever published there."""

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """Answer the bytes of a file that is published there now; None if there is none."""

    @abstractmethod
    def deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None] = silent) -> None:
        """Make the host hold the shipment. `done` is called with each path as it is sent or removed.

        It can be cut short anywhere; doing it again finishes the work.
        """

    @abstractmethod
    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        """Answer the files of the edition before this one, if the host has kept it. (The dock keeps it too.)"""

    def confirm(self, shipment: Shipment) -> None:  # noqa: B027 - most have nothing to note
        """Take note that the edition was seen at its public address. Only who can't look at the host needs this."""

    def version(self) -> str:
        """Answer what differs whenever anybody has published there, and is quickly had; "" if the host has no such."""
        return ""

    def tidy(self) -> None:  # noqa: B027 - most keep nothing
        """Put away what no reader waits for: what is left of the edition, and makings of the next."""


def carried(target: Target, held: Manifest, wanted: Iterable[str]) -> dict[str, bytes]:
    """Answer the theme's files that the host has and the new edition hasn't, to be sent along (`Dock.prepare`).

    Their names hold their contents' hash. Pages that a browser or a cache took before the switch still ask for them,
    and would stand there unstyled; so they are never removed.
    """
    names = set(wanted)
    old = [path for path in held.files if path.startswith("theme/") and path == bare(path) and path not in names]
    return {path: data for path in old if (data := target.read(path)) is not None}


def own_files(listing: dict[str, int]) -> dict[str, int]:
    """Answer a listing of sizes by path without the manifest itself."""
    return {path: size for path, size in listing.items() if path != RECORD}

"""For a host that nothing here can talk to: what to upload by hand, in order, and what to remove after that.

    /home/anna/upload/1-assets/…   upload what is in this folder first
    /home/anna/upload/2-new/…      then what is in this one, and so on
    /home/anna/upload/3-pages/…
    /home/anna/upload/4-indexes/…
    /home/anna/upload/5-notices/…
    /home/anna/upload/6-remove.txt and last remove these, one path a line

What was uploaded is known when it has been seen at the public address (`confirm`); until then each list holds all that
has changed since the last one that was.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from plugins.publishing.manifest import RECORD, Manifest
from plugins.publishing.plan import Phase, Plan
from plugins.publishing.shipment import Shipment
from plugins.publishing.targets.target import Target, silent

REMOVE = "6-remove.txt"


class Listed(Target):
    """A folder with what is to be uploaded."""

    switches_at_once = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def held(self) -> Manifest:
        try:
            return Manifest.of_json((self.folder / RECORD).read_bytes())
        except OSError:
            return Manifest()

    def read(self, path: str) -> bytes | None:
        return None

    def deploy(self, shipment: Shipment, plan: Plan, done: Callable[[str], None] = silent) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for phase, paths in zip(Phase, plan.phases, strict=True):
            place = self.folder / f"{phase.value}-{phase.name.lower()}"
            shutil.rmtree(place, ignore_errors=True)
            for path in paths:
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(shipment.folder / path, place / path)
                done(path)
        (self.folder / REMOVE).write_text("".join(f"{path}\n" for path in plan.removals), encoding="utf-8")

    def earlier(self) -> Iterator[tuple[str, bytes]] | None:
        return None

    def confirm(self, shipment: Shipment) -> None:
        new = self.folder / f"{RECORD}.new"
        new.write_bytes(shipment.manifest.as_json())
        new.replace(self.folder / RECORD)

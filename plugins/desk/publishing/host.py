"""Where the press room is published: the target, and what is kept on this machine of what was sent there."""

import gc
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import httpx

from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.newsroom import Site, fingerprint
from plugins.publishing.hosting import headers_file, redirects_file
from plugins.publishing.leads import Leads
from plugins.publishing.manifest import Manifest
from plugins.publishing.shipment import Dock, Shipment
from plugins.publishing.targets import target
from plugins.publishing.targets.target import Target
from plugins.publishing.trouble import Trouble

SETTING = "PRESSROOM_TARGET"
ALSO_COMPRESSED = {"folder", "rsync", "rsync-in-place"}
"""Kinds of targets behind which a web server of one's own sends the compressed copies that lie beside files."""
READS_RULES = {"git", "list"}
"""Kinds behind which a host may read `_headers` and `_redirects` in the site itself."""
LOOK_EVERY = 3600.0
"""Seconds after which the host is looked through whole although nothing was built: somebody may have harmed a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """The edition that was taken back (`wrong`) and the one that was put in its place, as manifests' digests."""

    wrong: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the host was last found to have: what was `built`, and the `version` that the target answered then, and
    `docked` the dock's.

    `edition` is its manifest's digest, and `before` the name of the edition before, "" = none that is known; `notices`
    is the SHA-256 of its notices.json, "" = it has none; `at` is when it was looked through, in seconds since 1970.
    """

    built: str
    version: str
    docked: str
    edition: str
    before: str
    notices: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Host:
    """A target with its dock. `folder` may be kept between runs on machines that come and go: nothing in it is secret.

    `copy` holds what was public at this site, whatever the target: should a host be lost, the next one is another.
    """

    address: str
    site: Site
    folder: Path
    copy: Path

    @classmethod
    def of(cls, project: Project, site: Site) -> "Host":
        """Answer the host that the environment names, or else the settings. Raises Trouble if neither does."""
        address = os.environ.get(SETTING) or str(project.settings.get(SETTING, ""))
        if not address:
            why = _("nobody has said where to publish; set {setting}, such as folder:/srv/pressroom", setting=SETTING)
            raise Trouble("{why}", why=why)
        kept = project.root / project.settings["CACHE_PATH"] / "publishing"
        return cls(
            address=address, site=site, folder=kept / fingerprint(address)[:12], copy=project.public_copy(site)
        )

    @property
    def kind(self) -> str:
        return self.address.partition(":")[0]

    @cached_property
    def target(self) -> Target:
        return target(self.address, self.folder)

    @cached_property
    def dock(self) -> Dock:
        return Dock(self.folder)

    @cached_property
    def leads(self) -> Leads:
        return Leads(self.folder / "leads.sqlite", self.site)

    @property
    def is_compressed(self) -> bool:
        return self.kind in ALSO_COMPRESSED

    def rules(self, project: Project) -> Mapping[str, bytes]:
        """Answer the files in the site that tell the host what to do; none for a host that doesn't read any."""
        if self.kind not in READS_RULES:
            return {}
        from plugins.desk.publishing.hosting import newsroom_of

        newsroom = newsroom_of(project)
        return {"_headers": headers_file(newsroom), "_redirects": redirects_file(newsroom)}

    def public(self, held: Manifest, wanted: list[str]) -> Shipment:
        """Answer some files of what the host has now, as a shipment: from the dock, or else from the host."""
        current = self.dock.current
        if current and current.manifest.files == held.files:
            return current
        found = ((path, self.target.read(path)) for path in wanted if path in held.files)
        return Dock(self.folder / "public").receive((path, data) for path, data in found if data is not None)

    @property
    def rolled_back(self) -> RolledBack | None:
        """Answer the rollback after which nothing has been published from here yet; None if there is none."""
        try:
            return RolledBack(**json.loads((self.folder / "rolled-back.json").read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def note(self, rolled_back: RolledBack | None) -> None:
        file = self.folder / "rolled-back.json"
        if rolled_back is None:
            file.unlink(missing_ok=True)
        else:
            _write(file, json.dumps({"wrong": rolled_back.wrong, "right": rolled_back.right}))

    @property
    def settled(self) -> Settled | None:
        """Answer what the host was found to have, if that was not long ago and nothing has been taken back since."""
        try:
            settled = Settled(**json.loads((self.folder / "settled.json").read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        is_recent = 0 <= time.time() - settled.at < LOOK_EVERY
        return settled if is_recent and self.rolled_back is None else None

    def note_settled(self, settled: Settled | None) -> None:
        """Note what the host has. None, which must come before anything is changed there, is to look it through anew:
        so only what ended well is built on.
        """
        file = self.folder / "settled.json"
        if settled is None:
            file.unlink(missing_ok=True)
        else:
            _write(file, json.dumps(asdict(settled)))

    @property
    def known(self) -> Settled | None:
        """Answer what the host has, if that was found not long ago and nobody has published there or here since."""
        settled = self.settled
        is_known = settled and settled.docked == self.dock.version and settled.version == self.target.version()
        return settled if is_known else None

    def held(self, known: Settled | None) -> Manifest:
        """Answer what the host has, by what is known of it, or else by what it says itself. What is sent file by file
        may have got stuck half-way: there it is always asked.
        """
        current = self.dock.current
        if known and current and self.target.switches_at_once:
            return replace(current.manifest, before=known.before)
        return self.target.held()

    @property
    def told(self) -> str:
        """Answer the SHA-256 of the notices.json that the list was last told of; "" if of none."""
        return _read(self.folder / "told")

    def note_told(self, digest: str) -> None:
        _write(self.folder / "told", digest)

    @property
    def alarmed(self) -> str:
        """Answer what the last alarm was about; "" if all has been well since."""
        return _read(self.folder / "alarm")

    def note_alarmed(self, about: str) -> None:
        if about or self.alarmed:
            _write(self.folder / "alarm", about)


@contextmanager
def much_is_kept() -> Iterator[None]:
    """Put off looking for garbage: lists of all files are kept, and looking through them again and again takes as long
    as what is done with them.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def client() -> httpx.Client:
    """Answer what asks the public site, and the list's service."""
    return httpx.Client(timeout=httpx.Timeout(30, connect=10), follow_redirects=False)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _write(file: Path, text: str) -> None:
    """Write a whole file or none: whatever is killed here, the next run reads."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)

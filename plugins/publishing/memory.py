"""What was ever public, as the live site itself says in `/public/<year>.json`; and a copy, should the site be lost.

A host that can't be reached is never taken for one where nothing was public.
"""

import json
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import httpx

from plugins.newsroom import Newsroom, Site
from plugins.newsroom.public import public_year
from plugins.newsroom.record import json_bytes
from plugins.publishing.shipment import Shipment
from plugins.publishing.trouble import Trouble

PUBLIC = re.compile(r"public/(\d{4})\.json")
PATIENCE = (0.5, 2.0, 5.0)
"""Pauses in seconds before a host is asked once more."""

ASSIGNMENT = "assignment"
KINDS = {"releases": "release", "assignments": ASSIGNMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A text that was public: by language its address and the digest of its content, and where it lay before.

    Addresses begin with "/" and are counted from the front page. `kind` is `release` or `assignment`. `corrections`
    are the times (UTC) of all of them; None = it was remembered before they were. `of_revision` says, by language,
    what a release's translations are of. `language` is the original's; "" = it was remembered before that was.
    """

    id: str
    kind: str
    revision: int
    withdrawn: bool
    addresses: Mapping[str, str]
    moved_from: tuple[str, ...]
    content: Mapping[str, str]
    corrections: tuple[str, ...] | None = None
    of_revision: Mapping[str, int] = field(default_factory=dict)
    language: str = ""

    @property
    def address(self) -> str:
        """Answer where the original is."""
        return self.address_in((self.language,))

    def address_in(self, languages: Iterable[str]) -> str:
        """Answer where it is in the original's language if that is one of these, or else in the first of them."""
        ordered = sorted(languages, key=lambda language: language != self.language)
        found = [self.addresses[language] for language in ordered if language in self.addresses]
        return next(iter([*found, *self.addresses.values()]))

    @property
    def everywhere(self) -> tuple[str, ...]:
        """Answer every address that readers may have."""
        return tuple(sorted({*self.addresses.values(), *self.moved_from}))

    def with_addresses_of(self, other: "Remembered") -> "Remembered":
        """Answer this with the addresses that only the other knows, as old ones."""
        old = {*self.moved_from, *other.everywhere} - set(self.addresses.values())
        return replace(self, moved_from=tuple(sorted(old)))


@dataclass(frozen=True, slots=True)
class Memory:
    """All texts that were public, by id. `twice` names ids that stand in it more than once; `lost` says why the live
    site couldn't be asked, "" = it was.
    """

    texts: Mapping[str, Remembered] = field(default_factory=dict)
    twice: tuple[str, ...] = ()
    lost: str = ""

    @classmethod
    def of(cls, years: Iterable[bytes]) -> Self:
        """Answer what the files say. Raises ValueError for one that isn't such a file."""
        texts: dict[str, Remembered] = {}
        twice = []
        for data in years:
            for text in _texts(data):
                if text.id in texts:
                    twice.append(text.id)
                texts[text.id] = text
        return cls(texts, tuple(sorted(twice)))

    @classmethod
    def of_newsroom(cls, newsroom: Newsroom) -> Self:
        """Answer what a newsroom would say is public, before anything is built of it."""
        years = {*newsroom.by_year, *(assignment.year for assignment in newsroom.assignments)}
        return cls.of(json_bytes(public_year(newsroom, year)) for year in sorted(years))

    @classmethod
    def of_shipment(cls, shipment: Shipment) -> Self:
        """Answer what an edition says is public."""
        return cls.of(shipment.read(path) for path in years_in(shipment.manifest.files))

    def joined(self, other: "Memory") -> "Memory":
        """Answer what either knows; of a text that both know the later revision, or this one's."""
        texts = dict(other.texts)
        for id, text in self.texts.items():
            known = texts.get(id, text)
            new, old = (known, text) if known.revision > text.revision else (text, known)
            texts[id] = new.with_addresses_of(old)
        return Memory(texts, tuple(sorted({*self.twice, *other.twice})))

    @property
    def addresses(self) -> frozenset[str]:
        """Answer where texts are now, those that moved aside."""
        return frozenset(address for text in self.texts.values() for address in text.addresses.values())

    @property
    def owners(self) -> dict[str, str]:
        """Answer whose each address is: the text's that is there now, or else the one's that moved away."""
        moved = {address: text.id for text in self.texts.values() for address in text.moved_from}
        return moved | {address: text.id for text in self.texts.values() for address in text.addresses.values()}


def years_in(paths: Iterable[str]) -> list[str]:
    """Answer those paths that tell what was public, in order."""
    return sorted(path for path in paths if PUBLIC.fullmatch(path))


def recall(site: Site, paths: Iterable[str], copy: Path, client: httpx.Client, *, first: bool = False) -> Memory:
    """Answer what was ever public: what the live site says, joined with the copy that was kept.

    `paths` are the files to ask for besides those in the copy: of the years that the new edition and the host's own
    manifest know. Raises Trouble if the site can't be asked and there is no copy; and if nothing was ever public,
    unless it is said to be the `first` publishing.
    """
    kept = {f"public/{file.name}": file.read_bytes() for file in copy.glob("*.json")} if copy.is_dir() else {}
    kept = {path: data for path, data in kept.items() if PUBLIC.fullmatch(path)}
    live: dict[str, bytes] = {}
    lost = ""
    for path in sorted({*years_in(paths), *kept}):
        try:
            data = _asked(client, site.absolute(path))
        except Trouble as trouble:
            lost = lost or str(trouble)
            break
        if data is not None:
            live[path] = data
    if lost and not kept:
        raise Trouble("what is public can't be known ({why}), and no copy of it is kept here", why=lost)
    if not live and not kept and not first:
        raise Trouble("nothing is known to be public at {url}; if this is the first time, add --first", url=site.url)
    differing = (data for path, data in kept.items() if live.get(path) != data)
    return replace(Memory.of(live.values()).joined(Memory.of(differing)), lost=lost)


def keep(shipment: Shipment, copy: Path) -> None:
    """Keep a copy of what an edition says is public. A year that it doesn't know is left as it was."""
    copy.mkdir(parents=True, exist_ok=True)
    for path in years_in(shipment.manifest.files):
        file = copy / Path(path).name
        new = file.with_suffix(".new")
        shutil.copyfile(shipment.folder / path, new)
        new.replace(file)


def _asked(client: httpx.Client, address: str) -> bytes | None:
    """Answer a file of the live site, or None if the site says that there is none. Raises Trouble for anything else."""
    why = ""
    for pause in (*PATIENCE, None):
        try:
            answer = client.get(address, headers={"Cache-Control": "no-cache"}, follow_redirects=True)
            if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                return None
            if answer.status_code == HTTPStatus.OK:
                _texts(answer.content)
                return answer.content
            why = f"{address}: {answer.status_code}"
        except httpx.HTTPError as error:
            why = f"{address}: {error}"
        except ValueError:
            # a lost host is often somebody else's friendly page
            why = f"{address}: another kind of file"
        if pause is not None:
            time.sleep(pause)
    raise Trouble("{why}", why=why)


@lru_cache(maxsize=200)
def _texts(data: bytes) -> tuple[Remembered, ...]:
    """Answer what a file says. Most years are the same in what is live and in what comes: each is read once."""
    try:
        told = json.loads(data)
        return tuple(_remembered(id, kind, entry) for part, kind in KINDS.items() for id, entry in told[part].items())
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not what was public: {error!r}") from None


def _remembered(id: str, kind: str, entry: Mapping[str, Any]) -> Remembered:
    return Remembered(
        id=id,
        kind=kind,
        revision=int(entry.get("revision", 1)),
        withdrawn=bool(entry.get("withdrawn", False)),
        addresses={str(language): str(address) for language, address in entry["addresses"].items()},
        moved_from=tuple(str(address) for address in entry["moved_from"]),
        content={str(language): str(digest) for language, digest in entry["content"].items()},
        corrections=tuple(str(at) for at in entry["corrections"]) if "corrections" in entry else None,
        of_revision={str(language): int(number) for language, number in entry.get("of_revision", {}).items()},
        language=str(entry.get("language", "")),
    )

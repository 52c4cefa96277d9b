"""Bodies that were rendered before, kept as a printer keeps set type: Markdown takes most of the time of a reading.

A galley is found again by everything that its body was rendered from, but for the links to other texts: those are kept
with it, and it is used only if each still leads to the same address. A galley that is damaged or was set by another
program is never found; nothing is lost by throwing the folder away.

Dozens of one year's galleys lie in a file together, a forme: a file for each would take longer to make than what is in
it. A forme is named `<year>.<first galley><random>.<galleys in it>.<bytes>`, and what lies in it stays at its place as
long as it is in use.
"""

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from plugins.newsroom import fingerprint
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.program import program
from plugins.reading.typesetting.body import Body, Links

_MOST = 64
"""Galleys in a forme: few enough to be copied when one of them goes."""


class _Galley(NamedTuple):
    """Where a body lies in a forme, in bytes; `digest` says that it is whole, with that `key` and those links."""

    key: str
    begin: int
    length: int
    digest: str
    led: tuple[tuple[str, str], ...]

    def place(self, forme: str) -> str:
        return f"{forme}/{self.begin}/{self.length}"


class Galleys:
    """The rendered bodies in a cache folder, for one way of rendering (`options` are Python-Markdown's).

    A `place` says in which forme a body lies, and where. What is kept can be read as soon as the forme is locked.
    """

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        self._folder = folder
        self._setter = fingerprint(repr(options), program())
        self._used: set[str] = set()
        self._files: dict[str, Path] = {}
        self._years: dict[str, _Year] = {}
        self._forme = ""
        self._set: list[_Galley] = []
        self._type = bytearray()

    def key(self, manuscript: Manuscript, links: Links) -> str:
        """Answer the name of the galley of a body, whose links may lead where `links` says."""
        return fingerprint(
            self._setter,
            manuscript.source.rpartition("/")[0],
            manuscript.body,
            links.site.url,
            *(repr(part) for part in (sorted(links.sections), links.images, links.documents, sorted(links.listed))),
        )

    def find(self, key: str, source: str, texts: Mapping[str, str]) -> tuple[str, Body] | None:
        """Answer a source's body and its place, if it is kept whole and its links lead where they led; `texts` as in
        `Links`.
        """
        for forme, galley in self._year(source).galleys(key):
            html = self._read(galley.place(forme))
            leads = all(texts.get(path) == address for path, address in galley.led)
            if leads and html is not None and galley.digest == _digest(key, galley.led, html):
                self._used.add(galley.place(forme))
                return galley.place(forme), Body(html=html.decode(), led=dict(galley.led))
        return None

    def html(self, place: str, digest: str) -> str | None:
        """Answer the HTML with that fingerprint, if it is what lies at the place."""
        html = self._read(place)
        return html.decode() if html is not None and fingerprint(html) == digest else None

    def keep(self, key: str, source: str, body: Body) -> str:
        """Keep a source's body; answer its place."""
        if len(self._set) == _MOST or not self._forme.startswith(_prefix(source)):
            self.lock()
            self._forme = f"{_prefix(source)}{key[:_KEY]}{os.urandom(8).hex()}"
        html, led = body.html.encode(), tuple(sorted(body.led.items()))
        galley = _Galley(key, len(self._type), len(html), _digest(key, led, html), led)
        self._set.append(galley)
        self._type += html
        self._used.add(galley.place(self._forme))
        return galley.place(self._forme)

    def lock(self) -> None:
        """Write down what has been kept. Two readings may do so at once: each has formes of its own."""
        if self._set:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._forme, self._set, self._type)
        self._forme, self._set, self._type = "", [], bytearray()

    def still_in_use(self, places: Iterable[str]) -> None:
        """Say that the bodies are still some texts', though nobody has asked for them."""
        self._used.update(places)

    def prune(self) -> None:
        """Remove what this reading did not ask for, so that no body outlives its text."""
        used = Counter(place.partition("/")[0] for place in self._used)
        for file in _listed(self._folder):
            forme, *told = file.name.rsplit(".", 2)
            with contextlib.suppress(OSError):
                size = str(file.lstat().st_size)
                if told != [str(used[forme]), size]:
                    self._thin_out(forme, file, is_whole=told[-1:] == [size])
        self._files.clear()

    def _thin_out(self, forme: str, file: Path, *, is_whole: bool) -> None:
        """Leave in a forme only what is in use, each where it was: elsewhere it would not be found again."""
        galleys = _galleys(file) if is_whole else []
        left = [galley for galley in galleys if galley.place(forme) in self._used]
        if left:
            data = file.read_bytes()
            kept = bytearray(max(galley.begin + galley.length for galley in left))
            for galley in left:
                here = slice(galley.begin, galley.begin + galley.length)
                kept[here] = data[here]
        if not left or self._write(forme, left, kept) != file:
            file.unlink()

    def _write(self, forme: str, galleys: list[_Galley], kept: bytearray) -> Path:
        about = json.dumps(galleys, ensure_ascii=False).encode()
        data = kept + about + len(about).to_bytes(_NUMBER, "big")
        file = self._folder / f"{forme}.{len(galleys)}.{len(data)}"
        file.write_bytes(data)
        return file

    def _year(self, source: str) -> "_Year":
        prefix = _prefix(source)
        if prefix not in self._years:
            self._years[prefix] = _Year([file for file in _listed(self._folder) if file.name.startswith(prefix)])
        return self._years[prefix]

    def _read(self, place: str) -> bytes | None:
        """Answer what lies at the place; None if there is no such place any more."""
        forme, begin, length = place.split("/")
        for _ in range(2):  # another reading may have thinned it out, and so named it anew
            try:
                file = os.open(self._files[forme], os.O_RDONLY)
                try:
                    return os.pread(file, int(length), int(begin))
                finally:
                    os.close(file)
            except (OSError, ValueError, KeyError, OverflowError, MemoryError):
                self._files = {_forme(file): file for file in _listed(self._folder)}
        return None


class _Year:
    """The formes of one year. In most of them lie dozens of galleys, which are listed when the first is looked for.

    Those with a single galley, from builds that made one text public, are looked into only for the one they are named
    by: by the end of a year they would be hundreds. So one that others have left alone may be set anew.
    """

    def __init__(self, formes: list[Path]) -> None:
        self._known: dict[str, list[tuple[str, _Galley]]] = {}
        self._single: dict[str, list[Path]] = {}
        for file in formes:
            if file.name.split(".")[2:3] == ["1"]:
                self._single.setdefault(file.name.split(".")[1][:_KEY], []).append(file)
            else:
                self._list(file)

    def galleys(self, key: str) -> list[tuple[str, _Galley]]:
        """Answer the galleys with that key, each with its forme."""
        for file in self._single.pop(key[:_KEY], []):
            self._list(file)
        return self._known.get(key, [])

    def _list(self, file: Path) -> None:
        for galley in _galleys(file):
            self._known.setdefault(galley.key, []).append((_forme(file), galley))


_KEY = 16
"""Letters of the first galley's key in the name of a forme."""

_NUMBER = 8
"""Bytes of a number at the end of a forme, that says how many bytes before it tell of its galleys."""


def _galleys(file: Path) -> list[_Galley]:
    """Answer the galleys in a forme; none if it is damaged."""
    try:
        with file.open("rb") as forme:
            end = forme.seek(-_NUMBER, os.SEEK_END)
            forme.seek(end - int.from_bytes(forme.read(_NUMBER), "big"))
            listed = json.loads(forme.read()[:-_NUMBER])
        return [
            _Galley(str(key), int(begin), int(length), str(digest), tuple((str(path), str(to)) for path, to in led))
            for key, begin, length, digest, led in listed
        ]
    except (OSError, ValueError, TypeError, OverflowError):
        return []


def _digest(key: str, led: tuple[tuple[str, str], ...], html: bytes) -> str:
    """Answer what says that a galley is whole, and that it is the one with that name."""
    return fingerprint(key, repr(led), html)


def _prefix(source: str) -> str:
    """Answer what the names of the formes begin with that hold a text's galley: `releases-2031.`, `pages.`."""
    return "-".join(source.split("/")[:-2]) + "."


def _forme(file: Path) -> str:
    return file.name.rsplit(".", 2)[0]


def _listed(folder: Path) -> list[Path]:
    """Answer what lies in the folder, in order; nothing if there is no such folder."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []

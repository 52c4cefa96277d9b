"""Press rooms that live through anything: edits, moving clocks, damaged caches, killed builds.

A `History` is a project folder that one way of building keeps up to date. Whatever happens to it, its output must be
that of a build from nothing, and its cache must hold nothing but what such a build would put there.
"""

import contextlib
import multiprocessing
import os
import re
import runpy
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any

from jinja2 import Environment

from plugins.desk.building import direct, program, rest
from plugins.edition import rendering
from plugins.edition.plan import UnfitOutputs
from plugins.edition.publish import Report
from plugins.edition.rendering import Watch
from plugins.newsroom import Faults
from plugins.reading.processes import crew
from tests.building import NOW, PROJECT, files
from tests.formes import galleys
from tests.texts import content_of, picture

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - much quicker than a disk where there is one

PAGE = """\
---
published: 2024-01-15T08:00:00+01:00
title: Om pressrummet
lead: Ingress om pressrummet.
---
Det här är %s.
"""
ASSIGNMENT = """\
---
id: uppdrag1
published: 2025-03-06T10:00:00+01:00
title: Uppdrag om %s
issuer: Regeringen
ministry: Exempeldepartementet
recipient: Exempelmyndigheten
decision_date: 2025-03-06
decision_number: II:3
case_number: EX2025/00417
operative: [Myndigheten ska pröva.]
tasks: [{id: prova, text: Pröva.}]
consult_with: []
deadlines:
  - {id: del, date: 2026-11-20, action: Delredovisning, to: Departementet}
  - {id: slut, date: 2026-12-01, action: Slutredovisning, to: Departementet}
legal_refs: []
signatories: [{name: Robin Provdal, role: Minister}]
copies_to: []
documents: [{file: beslut.txt, title: Beslutet}]
missing: [funding]
---
## Bakgrund

Regeringen bedömer att det behövs.
"""
MATERIAL = """\
press_material:
  images:
    - {file: marke.png, alt: {sv: Märket, en: The mark}, credit: Någon, terms: fri}
"""


class History:
    """A press room in a folder of its own, and what has happened to it so far.

    `saved` is the moment (ns) at which the latest edits were made, as far as the files tell: long ago, each edit a
    while after the one before, so that builds trust their times.
    """

    def __init__(self, root: Path, *, seed: str = "", words: int = 0) -> None:
        self.root = root
        self.random = Random(seed)  # noqa: S311 - a story, not a secret
        self.now = NOW
        self.words = self.first = words
        self.saved = time.time_ns() - 400_000 * 10**9
        shutil.copytree(PROJECT / "theme", self.theme)
        content_of(root, [])
        self._begin()
        self.settle()
        self.good, self.good_at = self.sources(), self.now
        self.shown: dict[str, bytes] = {}

    @property
    def content(self) -> Path:
        return self.root / "content"

    @property
    def theme(self) -> Path:
        return self.root / "theme"

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def yaml(self) -> Path:
        return self.content / "newsroom.yaml"

    def word(self) -> str:
        """Answer a word that stands nowhere else, of ten letters."""
        self.words += 1
        return f"kanari{self.words:04}"

    def texts(self, pattern: str = "releases/*/*/??.md") -> list[Path]:
        return sorted(self.content.glob(pattern))

    def one_text(self, pattern: str = "releases/*/*/??.md") -> Path:
        """Answer one of the texts. Raises IndexError if there are none."""
        return self.random.choice(self.texts(pattern))

    def sources(self) -> dict[str, bytes]:
        """Answer all that is edited, by path below the root."""
        return {
            f"{folder.name}/{path}": data
            for folder in (self.content, self.theme)
            for path, data in files(folder).items()
        }

    def take_back(self) -> None:
        """Make sources and clock what they were when they could last be built, as a version control system would."""
        self.now = self.good_at
        found = self.sources()
        for path in found.keys() - self.good.keys():
            (self.root / path).unlink()
        for path, data in self.good.items():
            if found.get(path) != data:
                (self.root / path).parent.mkdir(parents=True, exist_ok=True)
                (self.root / path).write_bytes(data)
        remove_empty(self.content)

    def settle(self) -> None:
        """Let what has just been edited look as if it had been edited long ago, in due order."""
        self.saved += 10 * 10**9
        recent = time.time_ns() - 300_000 * 10**9
        for path in sorted([self.content, *self.content.rglob("*")], reverse=True):
            if path.lstat().st_mtime_ns > recent:
                os.utime(path, ns=(self.saved, self.saved), follow_symlinks=False)

    def secrets(self) -> set[str]:
        """Answer the words that stand in nothing that is public now."""
        public: set[str] = set()
        for text in self.texts("*/*/**/??.md"):
            if self._is_public(text):
                attached = [text.parent / "bilaga.txt"] + [p for p in text.parent.glob("*.png") if p.stem != "olistad"]
                public |= words_of(text.relative_to(self.root).as_posix()) | words_of(text.read_text(encoding="utf-8"))
                public |= {word for path in attached for word in words_of(path.name)}
                public |= words_of(attached[0].read_text(encoding="utf-8")) if attached[0].exists() else set()
        return {f"kanari{number:04}" for number in range(self.first + 1, self.words + 1)} - public

    def _is_public(self, text: Path) -> bool:
        original = text.with_name("sv.md")
        times = [published_at(each) for each in {original if original.exists() else text, text}]
        return published_at(original if original.exists() else text) is not None and all(
            at is None or at <= self.now for at in times
        )

    def _begin(self) -> None:
        for name, published, options in (
            ("gammalt", "2024-03-01T10:00:00Z", {"image": "teal", "translated": True, "keywords": ["alfa"]}),
            ("nytt", "2026-03-01T10:00:00Z", {"keywords": ["alfa", "beta"], "to": "2024/gammalt"}),
            ("senare", "2026-11-23T10:00:00Z", {"image": "navy", "translated": True, "keywords": ["gamma"]}),
        ):
            write_release(self, name, published, **options)
        furnish(self.content, self.word(), self.word())


def furnish(content: Path, *words: str) -> None:
    """Add what a press room has besides releases: a standing page, an assignment and press material."""
    texts = {"pages/about/sv.md": PAGE, "assignments/2025/uppdrag/sv.md": ASSIGNMENT}
    for (path, text), word in zip(texts.items(), words, strict=True):
        (content / path).parent.mkdir(parents=True)
        (content / path).write_text(text % word, encoding="utf-8")
    (content / "assignments/2025/uppdrag/beslut.txt").write_text("Beslut.\n", encoding="utf-8")
    (content / "press-material").mkdir()
    (content / "press-material/marke.png").write_bytes(picture("plum"))
    yaml = content / "newsroom.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8") + MATERIAL, encoding="utf-8")


# --- building ---


def build(root: Path, now: datetime, output: Path, cache: Path, *, jobs: int = 1) -> Report:
    """Build as `press build` does. Raises what stops it."""
    quicken()
    given: dict[str, Any] = {
        **_settings(),
        "PATH": str(root / "content"),
        "THEME": str(root / "theme"),
        "OUTPUT_PATH": str(output),
        "CACHE_PATH": str(cache),
        "NOW": now,
        "PRESSROOM_JOBS": jobs,
    }
    private = output.parent / "private"
    if not private.exists():
        private.mkdir()
        (private / "templates").symlink_to(_compiled())
    # the two ways to look must see the same
    look = rest.Look.at(private, given, prepare=None if jobs == 1 else lambda: None)
    came = direct.build(given, private, Watch(), look)
    if came.rest:
        came.rest.note(private)
    return came.edition


def build_apart(history: History, *, jobs: int = 1) -> ForkServerProcess:
    """Begin a build in a process of its own, and answer the process: its exit code will be 0, or 3 for faults."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *(f"plugins.{room}.outputs" for room in ("feeds", "media", "pages"))])
    process = context.Process(target=_build_apart, args=(history.root, history.now, jobs, list(sys.path)))
    process.start()
    return process


def _build_apart(root: Path, now: datetime, jobs: int, path: list[str]) -> None:
    sys.path[:] = path
    try:
        build(root, now, root / "output", root / "cache", jobs=jobs)
    except (Faults, UnfitOutputs):
        raise SystemExit(3) from None


@cache
def _settings() -> Mapping[str, Any]:
    return runpy.run_path(str(PROJECT / "pelicanconf.py"))


@cache
def _compiled() -> Path:
    """Answer a folder for compiled templates, which are known by their contents: all builds may share them."""
    folder = Path(tempfile.gettempdir()) / f"pressroom-templates-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    return folder


@cache
def quicken() -> None:
    """Let the many builds of one process share what only depends on the program, or on a template's very words."""
    known = direct.maker
    direct.maker = program.maker = lambda settings: _maker(known, tuple(settings["PLUGINS"]))
    parse = Environment.parse
    parsed: dict[tuple[str, str | None], Any] = {}

    def parse_once(self: Environment, source: str, name: str | None = None, filename: str | None = None) -> Any:
        if (source, name) not in parsed:
            parsed[source, name] = parse(self, source, name, filename)
        return parsed[source, name]

    Environment.parse = parse_once  # type: ignore[method-assign]
    rendering._MANY = 4  # so that a small room is enough for several processes
    crew._CHUNK = 1
    rest.RACE = 50_000_000  # so that folders that have just been made are soon known by name


@cache
def _maker(maker: Callable[[Mapping[str, Any]], str], plugins: tuple[str, ...]) -> str:
    return maker({**_settings(), "PLUGINS": list(plugins)})


# --- what must hold ---


def go_on(history: History, *, jobs: int = 1) -> None:
    """Build, and compare with a build from nothing: bytes, names, faults, and what the cache holds.

    Faulty sources must have changed nothing; then they are taken back, and built again.
    """
    history.shown = files(history.output)
    assert_clean(history, attempt(history, jobs=jobs))


def attempt(history: History, *, jobs: int = 1) -> str | None:
    """Build; answer what stopped it, None if nothing did."""
    try:
        build(history.root, history.now, history.output, history.cache, jobs=jobs)
    except (Faults, UnfitOutputs) as stopped:
        return _told(stopped)
    return None


def assert_clean(history: History, stopped: str | None) -> None:
    with tempfile.TemporaryDirectory(dir=history.root.parent) as nothing:
        elsewhere = Path(nothing)
        told = None
        try:
            build(history.root, history.now, elsewhere / "output", elsewhere / "cache")
        except (Faults, UnfitOutputs) as fault:
            told = _told(fault)
        assert stopped == told
        if stopped is not None:
            assert files(history.output) == history.shown, "a build that was stopped has changed the output"
            history.take_back()
            go_on(history)
            return
        _assert_same(files(history.output), files(elsewhere / "output"))
        _assert_same_cache(history.cache, elsewhere / "cache")
    history.good, history.good_at, history.shown = history.sources(), history.now, files(history.output)
    secrets = history.secrets()
    for path, data in (*files(history.cache).items(), *history.shown.items()):
        leaked = (words_of(path) | words_of(data.decode("latin-1"))) & secrets
        assert leaked == set(), f"{path} holds {leaked}, which is not public"


def _assert_same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    assert found.keys() == expected.keys(), f"files too many or missing: {sorted(found.keys() ^ expected.keys())}"
    others = [path for path in expected if found[path] != expected[path]]
    assert others == [], f"not as in a clean build: {others}"


def _assert_same_cache(cache: Path, clean: Path) -> None:
    """No rendered body, finished picture or remembered year but those that a build from nothing makes."""
    for folder, pattern in (("media", "*/*"), ("texts", "*")):
        held = {path.relative_to(cache).as_posix() for path in (cache / folder).glob(pattern)}
        needed = {path.relative_to(clean).as_posix() for path in (clean / folder).glob(pattern)}
        assert held - needed == set(), f"{folder} outlive their texts"
    held, needed = _bodies(cache), _bodies(clean)
    outlived = {key for key in held.keys() - needed.keys() if held[key] not in needed.values()}
    assert outlived == set(), "bodies outlive their texts"


def _bodies(cache: Path) -> dict[str, bytes]:
    """Answer the rendered bodies by their keys; two texts with the same body may share one."""
    return {key: body for forme in (cache / "bodies").glob("*") for key, body in galleys(forme.read_bytes()).items()}


def _told(stopped: Exception) -> str:
    return "\n".join(map(str, stopped.faults)) if isinstance(stopped, Faults) else str(stopped)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"kanari\d{4}", text))


def published_at(text: Path) -> datetime | None:
    found = re.search(r"^published: (.*)$", text.read_text(encoding="utf-8"), re.MULTILINE)
    return datetime.fromisoformat(found[1]) if found else None


def remove_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            with contextlib.suppress(OSError):
                path.rmdir()


# --- its first texts ---


def write_release(
    history: History,
    slug: str,
    published: str | None,
    *,
    image: str | None = None,
    translated: bool = False,
    keywords: list[str] | None = None,
    to: str | None = None,
) -> None:
    word = history.word()
    folder = history.content / "releases" / (published or "2026")[:4] / slug
    folder.mkdir(parents=True)
    lines = [f"id: id{history.words:06}", "type: pressmeddelande", f"title: Om {word}", f"lead: Ingress {word}."]
    lines += [f"keywords: [{', '.join(keywords or [])}]"]
    lines += [f"published: {published}"] if published else []
    body = f"Brödtext om {word}.\n"
    if image:
        (folder / f"{word}.png").write_bytes(picture(image))
        lines.append(f"images: [{{file: {word}.png, alt: Bild av {word}, credit: {word}, terms: fri}}]")
        body += f"\n![]({word}.png)\n"
    if to:
        body += f"\n[Mer](../../{to}/sv.md)\n"
    (folder / "sv.md").write_text("\n".join(["---", *lines, "---", body]), encoding="utf-8")
    if translated:
        translate(folder, history.word())


def translate(folder: Path, word: str) -> None:
    lines = [f"title: About {word}", f"lead: Lead {word}.", "of_revision: 1"]
    (folder / "en.md").write_text("\n".join(["---", *lines, "---", f"Body about {word}.\n"]), encoding="utf-8")

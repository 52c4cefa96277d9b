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
from datetime import datetime, timedelta
from functools import cache
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any

from jinja2 import Environment

from plugins.desk.building import direct, rest
from plugins.edition import rendering
from plugins.edition.plan import UnfitOutputs
from plugins.edition.publish import Report
from plugins.edition.rendering import Watch
from plugins.newsroom import Faults
from plugins.reading import reader
from tests.building import NOW, PROJECT, files
from tests.texts import content_of, picture

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - much quicker than a disk where there is one
COLOURS = ["teal", "navy", "plum", "olive"]
PAST = ["2024-03-01", "2024-11-30", "2025-01-01", "2025-06-15", "2026-02-28", "2026-11-20", "2026-11-22"]

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
        _remove_empty(self.content)

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
                public |= _words(text.relative_to(self.root).as_posix()) | _words(text.read_text(encoding="utf-8"))
                public |= {word for path in attached for word in _words(path.name)}
                public |= _words(attached[0].read_text(encoding="utf-8")) if attached[0].exists() else set()
        return {f"kanari{number:04}" for number in range(self.first + 1, self.words + 1)} - public

    def _is_public(self, text: Path) -> bool:
        original = text.with_name("sv.md")
        times = [_published(each) for each in {original if original.exists() else text, text}]
        return _published(original if original.exists() else text) is not None and all(
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
    came = direct.build(given, private, Watch(), rest.Look.at(private, given, apart=True))
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
    direct.maker = rest.maker = lambda settings: _maker(known, tuple(settings["PLUGINS"]))
    parse = Environment.parse
    parsed: dict[tuple[str, str | None], Any] = {}

    def parse_once(self: Environment, source: str, name: str | None = None, filename: str | None = None) -> Any:
        if (source, name) not in parsed:
            parsed[source, name] = parse(self, source, name, filename)
        return parsed[source, name]

    Environment.parse = parse_once  # type: ignore[method-assign]
    rendering._MANY = 4  # so that a small room is enough for several processes
    reader._CHUNK = 1


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
        leaked = (_words(path) | _words(data.decode("latin-1"))) & secrets
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
    outlived = {name for name in held.keys() - needed.keys() if held[name] not in needed.values()}
    assert outlived == set(), "bodies outlive their texts"


def _bodies(cache: Path) -> dict[str, str]:
    """Answer the HTML of the rendered bodies by their files' names; two texts with the same body may share one."""
    return {file.name: _html(file.read_bytes()) for file in (cache / "bodies").glob("*")}


def _html(galley: bytes) -> str:
    """Answer what follows the line in which a galley tells of itself."""
    return galley.partition(b"\n")[2].decode("latin-1")


def _told(stopped: Exception) -> str:
    return "\n".join(map(str, stopped.faults)) if isinstance(stopped, Faults) else str(stopped)


def _words(text: str) -> set[str]:
    return set(re.findall(r"kanari\d{4}", text))


def _published(text: Path) -> datetime | None:
    found = re.search(r"^published: (.*)$", text.read_text(encoding="utf-8"), re.MULTILINE)
    return datetime.fromisoformat(found[1]) if found else None


def _remove_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            with contextlib.suppress(OSError):
                path.rmdir()


# --- edits of the content ---


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


def change(file: Path, pattern: str, new: str, *, flags: re.RegexFlag = re.MULTILINE) -> None:
    """Replace the first match. Raises LookupError if there is none."""
    text = file.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, lambda _: new, text, count=1, flags=flags)
    if not count:
        raise LookupError(pattern)
    file.write_text(changed, encoding="utf-8")


def add(file: Path, line: str) -> None:
    """Add a line to the front matter of a release."""
    change(file, r"^lead:", f"{line}\nlead:")


def new_release(history: History) -> None:
    random = history.random
    others = [path.parent for path in history.texts("releases/*/*/sv.md")]
    other = random.choice(others) if others and random.random() < 0.3 else None
    write_release(
        history,
        random.choice([f"meddelande-{history.words}", "samma-namn", history.word()]),
        random.choice([*(f"{day}T{random.randrange(9, 12):02}:00:00Z" for day in PAST), future(history), None]),
        image=random.choice([None, None, *COLOURS]),
        translated=random.random() < 0.4,
        keywords=random.sample(["alfa", "beta", "gamma"], random.randrange(3)),
        to=f"{other.parent.name}/{other.name}" if other else None,
    )


def future(history: History) -> str:
    ahead = timedelta(hours=history.random.choice([1, 20, 24 * 3, 24 * 30]))
    return (history.now + ahead).isoformat()


def other_words(history: History) -> None:
    text, word = history.one_text("*/*/**/??.md"), history.word()
    found = sorted(_words(text.read_text(encoding="utf-8")))
    old = history.random.choice(found)
    where = history.random.choice([rf"(?<=title: Om ){old}", rf"(?<=Ingress ){old}", rf"(?<=om ){old}", rf"{old}\b"])
    change(text, where, word)


def longer_body(history: History) -> None:
    with history.one_text("*/*/**/??.md").open("a", encoding="utf-8") as file:
        file.write(f"\n## {history.word()}\n\nMer text.\n")


def same_body(history: History) -> None:
    """Two texts get the very same body."""
    one, other = history.one_text(), history.one_text()
    body = one.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    change(other, r"\n---\n.*", f"\n---\n{body}", flags=re.DOTALL)


def other_time(history: History) -> None:
    text = history.one_text("releases/*/*/sv.md")
    year = text.parent.parent.name
    change(text, "^published: .*$", f"published: {year}-0{history.random.randrange(1, 9)}-11T10:00:00Z")


def postponed(history: History) -> None:
    change(history.one_text("*/*/**/sv.md"), "^published: .*$", f"published: {future(history)}")


def published_now(history: History) -> None:
    texts = [text for text in history.texts() if (at := _published(text)) and at > history.now]
    change(history.random.choice(texts), "^published: .*$", f"published: {history.now.isoformat()}")


def draft(history: History) -> None:
    change(history.one_text("releases/*/*/sv.md"), "^published: .*\n", "")


def other_keywords(history: History) -> None:
    words = history.random.sample(["alfa", "beta", "gamma", "delta"], 2)
    change(history.one_text(), r"^keywords: .*$", f"keywords: [{', '.join(words)}]")


def corrected(history: History) -> None:
    at = history.now + timedelta(hours=history.random.choice([-30, -1, 0, 20]))
    kind = history.random.choice(["typo", "clarification", "correction"])
    add(
        history.one_text("releases/*/*/sv.md"),
        f"corrections: [{{at: {at.isoformat()}, kind: {kind}, text: Rättat {history.word()}.}}]",
    )


def withdrawn(history: History) -> None:
    at = history.now + timedelta(hours=history.random.choice([-1, 0, 20]))
    text, other = history.one_text("releases/*/*/sv.md"), history.one_text("releases/*/*/sv.md")
    id = re.search("^id: (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
    kind = history.random.choice(["withdrawn", "in_error", f"replaced, by: {id[1] if id else '?'}"])
    add(text, f"withdrawn: {{at: {at.isoformat()}, kind: {kind}, reason: Det var {history.word()}.}}")


def flagged(history: History) -> None:
    lines = ["urgent: true", "case_number: 1.1-2026-1", "links: [{text: Mer, url: https://example.org/}]"]
    lines += ["responds_to: [uppdrag1]", "contacts: [jouren]", "contacts: [tidigare]", "audiences: [media]"]
    add(history.one_text("releases/*/*/sv.md"), history.random.choice(lines))


def renamed(history: History) -> None:
    """A folder gets another name; sometimes those who link to it follow, sometimes the old address is told."""
    text = history.one_text("releases/*/*/sv.md")
    old, new = text.parent, text.parent.with_name(f"flyttat-{history.word()}")
    old.rename(new)
    if history.random.random() < 0.7:
        for other in history.texts():
            with contextlib.suppress(LookupError):
                change(other, re.escape(f"{old.parent.name}/{old.name}/sv.md"), f"{new.parent.name}/{new.name}/sv.md")
    if history.random.random() < 0.5:
        add(new / "sv.md", f"moved_from: [/pressmeddelanden/{old.parent.name}/{old.name}/]")


def deleted(history: History) -> None:
    text = history.one_text("*/*/**/sv.md")
    shutil.rmtree(text.parent)
    _remove_empty(history.content)


def whole_year_deleted(history: History) -> None:
    shutil.rmtree(history.random.choice(sorted(history.content.glob("releases/*"))))


def translated(history: History) -> None:
    translate(history.one_text("releases/*/*/sv.md").parent, history.word())


def translation_postponed(history: History) -> None:
    change(history.one_text("releases/*/*/en.md"), "^lead:", f"published: {future(history)}\nlead:")


def translation_deleted(history: History) -> None:
    history.one_text("releases/*/*/en.md").unlink()


def other_picture(history: History) -> None:
    history.random.choice(sorted(history.content.rglob("*.png"))).write_bytes(
        picture(history.random.choice(COLOURS))
    )


def other_alt_text(history: History) -> None:
    change(history.one_text(), r"alt: Bild av \w+", f"alt: Bild av {history.word()}")


def picture_removed(history: History) -> None:
    text = history.one_text()
    if history.random.random() < 0.7:
        change(text, r"^images: .*\n", "")
        change(text, r"^!\[\]\(.*\n", "")
    next(text.parent.glob("*.png"), text.parent / "nothing").unlink()


def picture_renamed(history: History) -> None:
    text, word = history.one_text(), history.word()
    old = next(text.parent.glob("*.png"), text.parent / "nothing")
    old.rename(old.with_name(f"{word}.png"))
    text.write_text(text.read_text(encoding="utf-8").replace(old.name, f"{word}.png"), encoding="utf-8")


def document(history: History) -> None:
    text = history.one_text("releases/*/*/sv.md")
    (text.parent / "bilaga.txt").write_text(f"Bilaga {history.word()}.\n", encoding="utf-8")
    if "documents:" not in text.read_text(encoding="utf-8"):
        add(text, "documents: [{file: bilaga.txt, title: Bilagan}]")


def linked(history: History) -> None:
    one, other = history.one_text("releases/*/*/sv.md"), history.one_text("releases/*/*/??.md")
    with one.open("a", encoding="utf-8") as file:
        file.write(f"\n[Läs](../../{other.parent.parent.name}/{other.parent.name}/{other.name})\n")


def stray_files(history: History) -> None:
    """Nobody's files: an editor's, a system's, a picture that no text names."""
    folder = history.one_text().parent
    name = history.random.choice([".#sv.md", ".DS_Store", "olistad.png", "anteckning.txt", "sv.md~"])
    (folder / name).write_text(history.word(), encoding="utf-8")


def linked_folder(history: History) -> None:
    """A symbolic link in the place of a file: of a text or picture to itself elsewhere in the content."""
    text = history.one_text()
    file = history.random.choice([text, *text.parent.glob("*.png")])
    place = history.content / "press-material" / f"{history.word()}{file.suffix}"
    shutil.copy(file, place)
    file.unlink()
    file.symlink_to(os.path.relpath(place, file.parent))


def behind_a_link(history: History) -> None:
    """What a symbolic link leads to is edited, and the link stays as it was."""
    links = [path for path in history.content.rglob("*") if path.is_symlink()]
    target = history.random.choice(links).resolve()
    if target.suffix == ".png":
        target.write_bytes(picture(history.random.choice(COLOURS)))
    else:
        change(target, r"kanari\d{4}", history.word())


def other_assignment(history: History) -> None:
    text = history.one_text("assignments/*/*/sv.md")
    title = f"title: Uppdrag {history.word()}"
    edits = [(r"2026-12-01", "2026-11-25"), (r"^title: .*$", title), (r"\[Myn", "[Varje myn")]
    change(text, *history.random.choice(edits))


# --- edits of newsroom.yaml and the theme ---


def other_newsroom(history: History) -> None:
    random = history.random
    number, some_day = random.randrange(10, 99), (history.now + timedelta(days=random.randrange(-2, 9))).date()
    host, folder = random.choice(["press", "www"]), random.choice(["", "rum"])
    edits = [
        (r"018-12 34 \d\d", f"018-12 34 {number}"),
        (r"valid_until: .*$", f"valid_until: {some_day}"),
        (r"sv: Nyckelord (alfa|beta)", f"sv: Nyckelord {random.choice(['alfa', 'beta', 'annat'])}"),
        (r"^  (gamma|beta): .*\n", ""),
        (r"^keywords:\n", "keywords:\n  delta: {name: {sv: Delta, en: Delta}}\n"),
        (r"sv: (Press)?[Mm]eddelande,", f"sv: {random.choice(['Meddelande', 'Pressmeddelande'])},"),
        (r"sv: Om myndigheten.*?,", f"sv: Om myndigheten {number},"),
        (r"^url: .*$", f"url: https://{host}.example.se/{folder}"),
        (r"Europe/\w+", f"Europe/{random.choice(['Stockholm', 'Helsinki'])}"),
        (r"^timezone:", "demonstration: true\ntimezone:"),
        (r"languages: .*$", f"languages: {random.choice(['[sv, en]', '[sv]', '[en, sv]'])}"),
        (r"text: \{sv: Får.*?,", f"text: {{sv: Får publiceras {number},"),
        (r"\Z", f"# {number}\n"),
        (r"^press_desk: .*$", f"press_desk: {random.choice(['jouren', 'tidigare'])}"),
    ]
    change(history.yaml, *random.choice(edits))


def other_order(history: History) -> None:
    """Two in a list of newsroom.yaml change places."""
    text = history.yaml.read_text(encoding="utf-8")
    key = history.random.choice(["keywords", "contacts"])
    found = re.search(rf"^{key}:\n((?:  .*\n)+)", text, re.MULTILINE)
    entries = re.findall(r"^  \w.*\n(?:    .*\n)*", found[1] if found else "", re.MULTILINE)
    history.random.shuffle(entries)
    change(history.yaml, rf"^{key}:\n((?:  .*\n)+)", f"{key}:\n{''.join(entries)}")


TEMPLATES = ["base", "release", "list", "front", "assignment", "parts/entries", "parts/frame", "parts/contact", "page"]


def other_template(history: History) -> None:
    file = history.theme / "templates" / f"{history.random.choice(TEMPLATES)}.html"
    number = history.random.randrange(99)
    edits = [(r"</h1>", f"<!--{number}--></h1>"), (r"<p", f"<p data-{number}"), (r"\Z", "{# x #}\n")]
    change(file, *history.random.choice(edits))


def other_static(history: History) -> None:
    static = history.theme / "static"
    match history.random.randrange(4):
        case 0:
            with (static / "style.css").open("a") as file:
                file.write(f"\n.x{history.random.randrange(99)} {{ color: red }}\n")
        case 1:
            (static / f"ny-{history.random.randrange(3)}.txt").write_text(str(history.random.random()))
        case 2:
            history.random.choice(sorted(static.glob("ny-*"))).unlink()
        case _:
            with (static / "fonts/source-sans-3.woff2").open("ab") as file:
                file.write(b"x")


def other_catalogue(history: History) -> None:
    file = history.theme / "locale/sv/LC_MESSAGES/messages.po"
    words = ["Presskontakt", "Pressmeddelanden", "Arkiv", "Nyckelord"]
    change(file, rf'^msgstr "{history.random.choice(words)}.*"$', f'msgstr "Ord {history.random.randrange(99)}"')


def theme_as_it_was(history: History) -> None:
    shutil.rmtree(history.theme)
    shutil.copytree(PROJECT / "theme", history.theme)


# --- the clock ---


def time_passes(history: History) -> None:
    history.now += timedelta(hours=history.random.choice([1, 12, 24, 48, 24 * 10, 24 * 60, 24 * 365]))


def to_the_moment(history: History) -> None:
    """The clock stands at the very moment of a publication, or right before it."""
    moments = [at for text in history.texts() if (at := _published(text)) and at > history.now]
    history.now = history.random.choice(moments) - timedelta(seconds=history.random.choice([0, 0, 1]))


def clock_set_back(history: History) -> None:
    history.now -= timedelta(hours=history.random.choice([1, 24, 24 * 30, 24 * 300]))


# --- damage ---


def damaged_cache(history: History) -> None:
    """Something befalls one file of the cache: memories, galleys, finished pictures and their lists."""
    found = [path for path in history.cache.rglob("*") if path.is_file()]
    folder = history.random.choice(["edition", "texts", "bodies", "media"])
    some = [path for path in found if folder in path.relative_to(history.cache).as_posix()]
    harm(history.random.choice(sorted(some)), sorted(some), history.random)


def harm(file: Path, others: list[Path], random: Random) -> None:
    data = bytearray(file.read_bytes())
    match random.randrange(7):
        case 0:
            file.unlink()
        case 1:
            file.write_bytes(data[: random.randrange(len(data))])
        case 2 | 3:
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            file.write_bytes(data)
        case 4:
            file.write_bytes(b"")
        case 5:
            file.write_bytes(random.choice(others).read_bytes())
        case _:
            file.write_bytes(random.randbytes(len(data)))


def lost_cache(history: History) -> None:
    parts = [history.cache, *(history.cache / name for name in ("texts", "bodies", "media"))]
    part = history.random.choice([*parts, *history.cache.glob("edition-*")])
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink()


def foreign_cache(history: History) -> None:
    """The whole cache, or a memory in it, is another press room's."""
    other = History(history.root / "another", seed=str(history.random.random()), words=5000)
    new_release(other)
    attempt(other)
    if history.random.random() < 0.5:
        shutil.rmtree(history.cache)
        other.cache.rename(history.cache)
    else:
        for file in other.cache.glob("texts/*"):
            file.replace(history.cache / "texts" / file.name)
    shutil.rmtree(other.root)


def old_cache(history: History) -> None:
    """A pipeline restores the cache that an earlier build left; the output stays as it is."""
    kept = history.root / "kept"
    if kept.exists() and history.random.random() < 0.7:
        shutil.rmtree(history.cache)
        kept.rename(history.cache)
    else:
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(history.cache, kept)


def damaged_output(history: History) -> None:
    random, output = history.random, history.output
    found = sorted(path for path in output.rglob("*") if path.is_file())
    file = random.choice(found)
    match random.randrange(7):
        case 0:
            file.unlink()
        case 1:
            data = bytearray(file.read_bytes())
            data[random.randrange(len(data))] ^= 1
            file.write_bytes(data)
        case 2:
            file.write_bytes(b"")
        case 3:
            file.touch()
        case 4:
            (output / ".edition.json").unlink()
        case 5:
            for path in found:
                if path.name != ".edition.json" and random.random() < 0.5:
                    path.unlink()
        case _:
            shutil.copytree(output, history.root / "copy", copy_function=shutil.copyfile)
            shutil.rmtree(output)
            (history.root / "copy").rename(output)


def lost_output(history: History) -> None:
    shutil.rmtree(history.output)


def fresh_checkout(history: History) -> None:
    """All sources are the same, and every time is new."""
    for folder in (history.content, history.theme):
        copy = folder.with_name("copy")
        shutil.copytree(folder, copy, copy_function=shutil.copyfile, symlinks=True)
        shutil.rmtree(folder)
        copy.rename(folder)


# --- steps that build in ways of their own ---


def saved_twice_in_a_tick(history: History) -> None:
    """A text is saved, built, and saved again with as many bytes, before the disk's clock has moved on."""
    text = history.one_text()
    tick = time.time_ns() + 5 * 10**9
    for _ in range(2):
        found = sorted(_words(text.read_text(encoding="utf-8")))
        change(text, history.random.choice(found), history.word())
        os.utime(text, ns=(tick, tick))
        go_on(history)
        if not text.exists() or text.stat().st_mtime_ns != tick:
            return  # it was faulty, and taken back


def killed(history: History) -> None:
    """A build is killed at any moment, after an edit; then perhaps the edit is taken back."""
    edit(history, history.random.choice(COMMON))
    if history.random.random() < 0.3:
        shutil.rmtree(history.random.choice([history.cache, history.output]), ignore_errors=True)
    process = build_apart(history, jobs=history.random.choice([1, 2]))
    process.join(history.random.random() * 0.5)
    process.kill()
    process.join()
    if history.random.random() < 0.3:
        history.take_back()
    if history.random.random() < 0.3:
        edit(history, history.random.choice([postponed, clock_set_back, deleted, draft]))
    stopped = attempt(history)
    if stopped is None:
        assert_clean(history, stopped)
    else:
        # the killed build may have published what it could: nothing is known of the output until it can be built
        history.take_back()
        go_on(history)


def two_at_once(history: History) -> None:
    edit(history, history.random.choice(COMMON))
    processes = [build_apart(history, jobs=jobs) for jobs in (1, 2)]
    for process in processes:
        process.join(60)
    codes = {process.exitcode for process in processes}
    assert codes in ({0}, {3}), codes
    _assert_built(history, built=codes == {0})


def by_two_processes(history: History) -> None:
    edit(history, history.random.choice(COMMON))
    if history.random.random() < 0.5:
        shutil.rmtree(history.random.choice([history.cache, history.output]), ignore_errors=True)
    process = build_apart(history, jobs=2)
    process.join(60)
    assert process.exitcode in (0, 3)
    _assert_built(history, built=process.exitcode == 0)


def _assert_built(history: History, *, built: bool) -> None:
    """What other processes have built is right as it is; what stopped them stops this one too."""
    if built:
        assert_clean(history, None)
    else:
        go_on(history)


Step = Callable[[History], None]

COMMON: list[Step] = [
    new_release, new_release, other_words, other_words, longer_body, same_body, other_time, postponed, published_now,
    draft, other_keywords, corrected, withdrawn, flagged, renamed, renamed, deleted, whole_year_deleted, translated,
    translation_postponed, translation_deleted, other_picture, other_alt_text, picture_removed, picture_renamed,
    document, linked, stray_files, linked_folder, behind_a_link, other_assignment, other_newsroom, other_newsroom,
    other_newsroom, other_order, other_template, other_template, other_static, other_catalogue, theme_as_it_was,
]  # fmt: skip
CLOCK: list[Step] = [time_passes, time_passes, to_the_moment, to_the_moment, clock_set_back]
DAMAGE: list[Step] = [
    damaged_cache, damaged_cache, damaged_cache, lost_cache, foreign_cache, old_cache, old_cache, damaged_output,
    damaged_output, lost_output, fresh_checkout, fresh_checkout,
]  # fmt: skip
BUILDS: list[Step] = [saved_twice_in_a_tick, killed, killed, two_at_once, by_two_processes]


def edit(history: History, step: Step) -> bool:
    """Make an edit; answer whether there was anything to do it to."""
    try:
        step(history)
    except (LookupError, OSError):
        return False
    return True

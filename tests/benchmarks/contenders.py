"""Who builds: this project by its two front doors, Pelican as it comes without and with its cache, and Hugo.

Each has a folder with sources of its own, made from the same corpus, and templates that list the same things.
"""

import shutil
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from tests.benchmarks import corpus, measuring
from tests.benchmarks.corpus import Example
from tests.benchmarks.measuring import BuildFailed, Held, Took

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
BIN = Path(sys.executable).parent
HUGO = PROJECT / ".venv-bench"
"""The environment that holds Hugo, so that the project's own stays as its lock file says."""


class Contender(ABC):
    """One way to build the press room. `kept` are the folders that a build leaves and a later one uses."""

    output: ClassVar[str] = "output"
    kept: ClassVar[tuple[str, ...]]
    releases_at: ClassVar[dict[str, str]]
    """Per language the folder of the site that its releases lie in, by year."""
    template: ClassVar[str]
    """The template that all HTML pages extend."""

    def __init__(self, name: str, folder: Path, command: tuple[str, ...], **environment: str) -> None:
        self.name = name
        self.folder = folder
        self.command = command
        self.environment = environment
        self.releases = 0
        self.held: dict[str, Held] = {}

    @abstractmethod
    def prepare(self) -> None:
        """Lay out the folder, all but the releases."""

    @abstractmethod
    def write(self, example: Example) -> None:
        """Write the release's sources, over an earlier version of it if there is one."""

    def build(self) -> Took:
        """Build as a whole process. Raises BuildFailed."""
        return measuring.run(self.command, self.folder, self.environment)

    def forget(self) -> None:
        """Remove all that builds have left."""
        for name in self.kept:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.held = {}

    def add(self, example: Example) -> None:
        """Write a release that was not there."""
        self.write(example)
        self.releases += 1

    def mark_template(self, mark: str) -> None:
        """Edit the template that all pages extend, so that they show the mark."""
        file = self.folder / self.template
        before, head_ends, after = file.read_text(encoding="utf-8").partition("</head>")
        file.write_text(f'{before}<meta name="mark" content="{mark}">\n{head_ends}{after}', encoding="utf-8")

    def check_out_afresh(self) -> None:
        """Make all sources new files of this moment, as in a pipeline; what it keeps between builds is as it was."""
        before = self.folder.rename(self.folder.with_suffix(".before"))
        strangers = shutil.ignore_patterns("__pycache__", *self.kept)
        shutil.copytree(before, self.folder, copy_function=shutil.copy, ignore=strangers)
        for name in self.kept:
            if (before / name).exists():
                (before / name).rename(self.folder / name)
        shutil.rmtree(before)

    def look(self) -> tuple[int, int]:
        """Answer how many files of the site differ from those at the last look, and how many were written since."""
        before, self.held = self.held, measuring.held(self.folder / self.output)
        return len(measuring.differing(before, self.held)), len(measuring.written(before, self.held))

    def expect(self, example: Example, mark: str = "") -> None:
        """Raise BuildFailed unless there is a page of every release, and this one's pages say what they should."""
        for language in example.languages:
            page = f"{self.releases_at[language]}/{example.year}/{example.slug}/index.html"
            file = self.folder / self.output / page
            text = file.read_text(encoding="utf-8") if page in self.held else ""
            ending = example.body(language).split()[-1].partition("](")[0]  # the words of a link, not its address
            for said in (example.headline(language), ending, example.addition, mark):
                if said not in text:
                    raise BuildFailed(f"{self.name}: {page} does not say {said!r}")
        folder = self.releases_at["sv"] + "/"
        pages = sum(path.startswith(folder) and path.endswith("/index.html") for path in self.held)
        if not self.releases <= pages < self.releases * 1.1 + 50:
            raise BuildFailed(f"{self.name}: {self.releases} releases, {pages} pages in {folder}")


class Pressroom(Contender):
    """This project's working tree, with the corpus for content."""

    kept = ("output", ".cache")
    releases_at: ClassVar = {"sv": "pressmeddelanden", "en": "en/releases"}
    template = "theme/templates/base.html"

    def prepare(self) -> None:
        for name in ("plugins", "theme"):
            shutil.copytree(PROJECT / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pelicanconf.py", "publishconf.py"):
            shutil.copy(PROJECT / name, self.folder)
        corpus.write_newsroom(self.folder / "content")

    def write(self, example: Example) -> None:
        corpus.write_one(self.folder / "content", example)


class _Other(Contender):
    """A generator that wants to be told in its own way what a release is."""

    releases_at: ClassVar = {"sv": "releases", "en": "en/releases"}
    theirs: ClassVar[str]

    def prepare(self) -> None:
        shutil.copytree(HERE / self.theirs, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "content").mkdir()

    def write(self, example: Example) -> None:
        for language in example.languages:
            file = self.folder / "content" / self.source(example, language)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text(example, language), encoding="utf-8")
            if example.has_image and language == "sv":
                (file.parent / "bild.jpg").write_bytes(corpus.picture(example))

    @abstractmethod
    def source(self, example: Example, language: str) -> str:
        """Answer the release's file, below the content folder."""

    @abstractmethod
    def text(self, example: Example, language: str) -> str:
        """Answer what stands in that file."""


class Pelican(_Other):
    """Pelican without plugins."""

    kept = ("output", "cache")
    theirs = "vanilla"
    template = "theme/templates/base.html"

    def source(self, example: Example, language: str) -> str:
        return f"releases/{example.year}/{example.slug}/{language}.md"

    def text(self, example: Example, language: str) -> str:
        tags = f"Tags: {', '.join(_keywords(example))}\n" if language == "sv" else ""
        image = "\n![En bild]({attach}bild.jpg)\n" if example.has_image and language == "sv" else ""
        return (
            f"Title: {example.headline(language)}\nDate: {example.published.isoformat()}\n"
            f"Summary: {example.lead(language)}\n{tags}\n{example.body(language)}{image}"
        )


class Hugo(_Other):
    """Hugo, which has no builds but full ones on the command line."""

    output = "public"
    kept = ("public", "resources", "cache")
    theirs = "hugo"
    template = "layouts/baseof.html"

    def source(self, example: Example, language: str) -> str:
        return f"{self.releases_at[language]}/{example.year}/{example.slug}/index.md"

    def text(self, example: Example, language: str) -> str:
        other = next((each for each in example.languages if each != language), None)
        version = f"version: /{self.releases_at[other]}/{example.year}/{example.slug}\n" if other else ""
        own = f"keywords: [{', '.join(_keywords(example))}]\n" if language == "sv" else f"lang: {language}\n"
        image = "\n![En bild](bild.jpg)\n" if example.has_image and language == "sv" else ""
        return (
            f"---\ntitle: {example.headline(language)}\ndate: {example.published.isoformat()}\n"
            f"lead: {example.lead(language)}\n{own}{version}---\n{example.body(language)}{image}"
        )


def contenders(folder: Path) -> list[Contender]:
    """Answer all who build, ours first; each has a folder below this one."""
    python, pelican, moment = sys.executable, str(BIN / "pelican"), corpus.NOW.isoformat()
    ours = (pelican, "--fatal", "errors", "content", "-s", "publishconf.py")
    theirs = (pelican, "content", "-s", "pelicanconf.py")
    hugo = (str(hugo_program()), "build", "--quiet")
    return [
        Pressroom("press build", folder / "press", (python, "-m", "plugins.desk", "build"), PRESSROOM_NOW=moment),
        Pressroom("pelican, our settings", folder / "ours", ours, PRESSROOM_NOW=moment),
        Pelican("Pelican", folder / "vanilla", theirs),
        Pelican("Pelican with its cache", folder / "cached", theirs, PELICAN_CACHE="1"),
        Hugo("Hugo", folder / "hugo", hugo, HUGO_CACHEDIR=str(folder / "hugo" / "cache")),
    ]


def hugo_program() -> Path:
    """Answer Hugo itself: what the package calls `hugo` starts Python first. Raises SystemExit if it is not there."""
    found = sorted(HUGO.glob("**/site-packages/hugo/binaries/hugo*"))
    if not found:
        raise SystemExit("Hugo is not here. `make bench` sets it up.")
    return found[0]


def _keywords(example: Example) -> list[str]:
    names = corpus.keyword_names()
    return [names[slug] for slug in example.keywords]

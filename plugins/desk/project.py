"""Where the desk works: the project's folders, its moment and its language."""

import os
import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from plugins.newsroom import Site
    from plugins.reading.masthead.masthead import Masthead

SETTINGS = "pelicanconf.py"


@dataclass(frozen=True, kw_only=True)
class Project:
    """The checkout that holds one press room.

    `now` is the moment of this command, from the settings (the one place that asks the clock). `url` is Pelican's
    SITEURL: "" leaves it to newsroom.yaml. `settings` are all that the settings file sets. `private` is for what is
    made from texts that aren't public; it never leaves the machine, while `output` and `cache` may.
    """

    root: Path
    content: Path
    output: Path
    private: Path
    now: datetime
    url: str
    settings: Mapping[str, Any]

    @classmethod
    def here(cls) -> Self:
        """Answer the project in the current folder. Raises SystemExit if there is none."""
        root = Path.cwd()
        if not (root / SETTINGS).is_file():
            raise SystemExit(f"There is no {SETTINGS} in {root}. Run the file press in the project's folder.")
        settings = runpy.run_path(str(root / SETTINGS))
        return cls(
            root=root,
            content=root / settings["PATH"],
            output=root / settings["OUTPUT_PATH"],
            private=root / ".preview",
            now=settings["NOW"],
            url=settings["SITEURL"],
            settings=settings,
        )

    @property
    def cache(self) -> Path:
        """Answer the folder for what is kept between builds."""
        return self.root / str(self.settings["CACHE_PATH"])

    @cached_property
    def language(self) -> str:
        """Answer the newsroom's first language: the desk speaks it."""
        # reading takes longer to import than a build that has nothing to do
        from plugins.reading.masthead import masthead

        languages = masthead.languages(self.content, self.url, self.cache)
        return languages[0] if languages else str(self.settings["DEFAULT_LANG"])

    def building(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Answer the settings with absolute folders, as Pelican reads them; overrides go before them."""
        given = {**self.settings, **overrides}
        folders = {name: str(self.root / given[name]) for name in ("PATH", "OUTPUT_PATH", "CACHE_PATH", "THEME")}
        return {**given, **folders}

    def masthead(self) -> "Masthead | None":
        """Answer what newsroom.yaml says, or None while it has faults (which `press check` tells)."""
        from plugins.newsroom import Faults
        from plugins.reading.masthead import masthead

        try:
            return masthead.read(self.content, self.url)
        except Faults:
            return None

    @property
    def base(self) -> str:
        """Answer the path that all links of the site start with, such as `/` or `/press/`."""
        found = self.masthead()
        return found.site.base if found else "/"

    def public_copy(self, site: "Site") -> Path:
        """Answer the folder with a copy of what was public at that site, kept whenever it is published from here."""
        return self.cache / "publishing" / "public" / site.host

    def shown(self, file: Path) -> str:
        """Answer a file's name as it is written in this folder."""
        return str(file.relative_to(self.root)) if file.is_relative_to(self.root) else str(file)

    def given(self, name: Path) -> Path:
        """Answer the file that an argument names, as seen from where the command was given."""
        return Path(os.path.normpath(Path(os.environ.get("PRESS_CALLED_FROM", self.root)) / name))

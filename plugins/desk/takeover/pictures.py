"""The pictures of a release that is taken over: fetched when they are asked for, kept when their rights are known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from plugins.desk.takeover.wishes import Ask, Choices
from plugins.desk.words import _, say
from plugins.desk.writing.new import slug
from plugins.importing.fetching import Fetcher, NotFetched
from plugins.importing.found import Picture
from plugins.importing.manuscript import Shown
from plugins.importing.matching import Matched
from plugins.reading.masthead.masthead import Masthead

MOST = 20
"""Pictures at most of one release."""

_ENDINGS = {b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n": ".png", b"II*\0": ".tif", b"MM\0*": ".tif"}


@dataclass(frozen=True, slots=True)
class Pictures:
    """Puts pictures beside a release. `leave` is told what could not be done."""

    fetcher: Fetcher
    masthead: Masthead
    choices: Choices
    ask: Ask | None
    leave: Callable[[str], None]

    def put(self, release: Matched, folder: Path) -> Iterator[Shown]:
        """Put the release's pictures into the folder and answer them, those whose rights somebody knows."""
        pictures = release.found.pictures
        if len(pictures) > MOST:
            source = release.found.source
            self.leave(_("{source}: only the first {number} pictures are taken.", source=source, number=MOST))
        for picture in pictures[:MOST]:
            credit, terms, alt = self._rights(release, picture)
            data = self._data(release, picture) if credit and terms else b""
            if not data:
                continue
            ending = _ending(data)
            if not ending:
                self.leave(_("{source} is no picture that can be used.", source=picture.url or release.found.source))
                continue
            file = _free_name(folder, slug(PurePosixPath(unquote(urlsplit(picture.url).path)).stem), ending)
            (folder / file).write_bytes(data)
            yield Shown(file=file, alt=alt, caption=picture.caption, credit=credit, terms=terms)

    def _data(self, release: Matched, picture: Picture) -> bytes:
        try:
            return picture.data or self.fetcher.fetch_found(picture.url, release.found.address)
        except NotFetched as error:
            self.leave(_("{source} could not be fetched ({why}).", source=picture.url, why=error))
            return b""

    def _rights(self, release: Matched, picture: Picture) -> tuple[str, str, str]:
        """Answer credit, terms and alternative text, which nobody but a person knows; "" is not known."""
        credit, terms, alt = self.choices.credit or picture.credit, self.choices.terms, picture.alt
        if self.ask is None:
            return credit, terms, alt
        say(" – ".join(filter(None, (release.found.title, picture.url, picture.caption or alt))))
        credit = credit or self.ask(_("Who made the picture? (Enter: leave it out)"))
        listed = ", ".join(self.masthead.terms)
        while credit and terms not in self.masthead.terms:
            terms = self.ask(_("Its terms, one of {choices}? (Enter: leave it out)", choices=listed))
            if not terms:
                return "", "", ""
        if credit and not alt:
            alt = self.ask(_("What does it show, for those who don't see it? (Enter: fill in later)"))
        return credit, terms, alt


def _free_name(folder: Path, stem: str, ending: str) -> str:
    """Answer a file name that isn't taken."""
    names = (f"{stem or 'bild'}{f'-{number}' if number > 1 else ''}{ending}" for number in range(1, MOST + 2))
    return next(name for name in names if not (folder / name).exists())


def _ending(data: bytes) -> str:
    """Answer how a picture's file name should end, by its first bytes; "" for what can't be used."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((ending for sign, ending in _ENDINGS.items() if data.startswith(sign)), "")

"""What a room is given when it is asked for its outputs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from blinker import Signal
from jinja2 import Environment

from plugins.edition.memory import Memory
from plugins.newsroom import Bodies, Bundle, Newsroom, Noun, Output, Release, fingerprint

gathering = Signal("Asks every connected room for its outputs: `room(stage) -> Iterable[Output | Bundle]`.")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The newsroom and the tools that rooms render with.

    `environment` is Pelican's Jinja environment: the theme's templates with the settings' filters and globals.
    `theme` is the theme's folder. `rooms` names the plugins that take part, so that nothing leads to what isn't made.
    `memory` is what the last build made.
    """

    newsroom: Newsroom
    bodies: Bodies
    environment: Environment
    theme: Path
    rooms: frozenset[str]
    memory: Memory | None = None

    def items(self) -> list[Output | Bundle]:
        """Answer what the rooms that take part want published.

        A room stays connected for as long as the process lives, also when another build in it leaves the room out.
        """
        taking_part = (room for room in gathering.receivers_for(self) if self._takes_part(room.__module__))
        return [item for room in sorted(taking_part, key=lambda room: room.__module__) for item in room(self)]

    def bundle(
        self, name: str, releases: Iterable[Release], items: Callable[[], Iterable[Output | Bundle]], *more: str
    ) -> Bundle:
        """Answer a bundle of what is made of these releases, of `more` that is told here, and of the ground."""
        read = self._read(releases) if isinstance(releases, tuple) else self._joined(releases)
        return Bundle(name=name, fingerprint=fingerprint(self.ground, read, *more), items=items)

    def _read(self, releases: tuple[Release, ...]) -> str:
        """Answer a fingerprint of the releases; several rooms make something of the same list."""
        known = self._lists.get(id(releases))
        if known is None:
            self._lists[id(releases)] = known = (releases, self._joined(releases))
        return known[1]

    def _joined(self, releases: Iterable[Release]) -> str:
        # hundreds of thousands in a large archive: so the loop is not ours
        return fingerprint("".join(map(self._fingerprints.__getitem__, map(id, releases))))

    @cached_property
    def _lists(self) -> dict[int, tuple[tuple[Release, ...], str]]:
        """The lists that have been told of, held so that no other can be taken for one of them."""
        return {}

    def digest(self, output: Output) -> str:
        """Answer the SHA-256 of the output's bytes, which need not be rendered if they are remembered."""
        known = self.memory.digest(output) if self.memory else None
        return known or sha256(output.render()).hexdigest()

    @cached_property
    def _fingerprints(self) -> dict[int, str]:
        """The releases' fingerprints, for quick use: each is asked for again and again."""
        return {id(release): release.input.fingerprint for release in self.newsroom.releases}

    @cached_property
    def ground(self) -> str:
        """Answer a fingerprint of all that a room may read besides releases and the clock."""
        newsroom = self.newsroom
        nouns: list[Noun] = [*newsroom.contacts, *newsroom.assignments, *newsroom.pages, *newsroom.press_materials]
        theme = sorted(file for file in self.theme.rglob("*") if file.is_file())
        return fingerprint(
            *newsroom.input,
            *(part for noun in nouns for part in noun.input),
            *sorted(self.rooms),
            *(part for file in theme for part in (file.relative_to(self.theme).as_posix(), file.read_bytes())),
        )

    def _takes_part(self, module: str) -> bool:
        return any(module == room or module.startswith(f"{room}.") for room in self.rooms)

"""What a room is given when it is asked for its outputs."""

from dataclasses import dataclass
from pathlib import Path

from blinker import Signal
from jinja2 import Environment

from plugins.newsroom import Bodies, Newsroom, Output

gathering = Signal("Asks every connected room for its outputs: `room(stage) -> Iterable[Output]`.")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The newsroom and the tools that rooms render with.

    `environment` is Pelican's Jinja environment: the theme's templates with the settings' filters and globals.
    `theme` is the theme's folder. `rooms` names the plugins that take part, so that nothing leads to what isn't made.
    """

    newsroom: Newsroom
    bodies: Bodies
    environment: Environment
    theme: Path
    rooms: frozenset[str]

    def outputs(self) -> list[Output]:
        """Answer what the rooms that take part want published, sorted by path.

        A room stays connected for as long as the process lives, also when another build in it leaves the room out.
        """
        taking_part = (room for room in gathering.receivers_for(self) if self._takes_part(room.__module__))
        return sorted((output for room in taking_part for output in room(self)), key=lambda output: output.path)

    def _takes_part(self, module: str) -> bool:
        return any(module == room or module.startswith(f"{room}.") for room in self.rooms)

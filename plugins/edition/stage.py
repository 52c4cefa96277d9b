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
        """Answer what all connected rooms want published, sorted by path."""
        gathered = (output for _, outputs in gathering.send(self) for output in outputs)
        return sorted(gathered, key=lambda output: output.path)

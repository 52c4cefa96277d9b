"""What came of reading a folder, as one process tells another."""

from collections.abc import Sequence
from dataclasses import dataclass

from plugins.newsroom import Fault, Noun, keeping
from plugins.reading.memory.remembered import Read, Remembered


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a folder. `galleys` says at which places the bodies are kept, by their digests; `remembered` is
    None if the folder is to be read again next time.
    """

    texts: tuple[Read, ...]
    faults: list[Fault]
    galleys: dict[str, str]
    remembered: Remembered | None


def packed(outcomes: Sequence[Outcome], listed: Sequence[Noun]) -> bytes:
    """Answer the outcomes as bytes; `listed` are the nouns of the masthead, which every process has."""
    return keeping.packed("", list(outcomes), _KINDS, listed)


def unpacked(data: bytes, listed: Sequence[Noun]) -> list[Outcome]:
    """Answer the outcomes that were packed. Raises NotKept if it isn't what was packed."""
    outcomes: list[Outcome] = keeping.unpacked("", data, _KINDS, listed)
    return outcomes


_KINDS = (Outcome, Remembered)

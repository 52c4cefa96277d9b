"""Something wrong in the content, said so that a press officer can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to mend: in which file (below the content folder) and line (from 1; 0 = the file as a whole).

    `message` is an English sentence with `{name}` places for `values`; catalogues translate it before the places
    are filled.
    """

    source: str
    line: int
    message: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def at(cls, source: str, line: int, message: str, **values: object) -> "Fault":
        return cls(source, line, message, tuple((name, str(value)) for name, value in values.items()))

    def sentence(self, translation: str | None = None) -> str:
        """Answer the sentence, in the given translation of `message` or else in English."""
        return (translation or self.message).format(**dict(self.values))


class Faults(Exception):
    """All the faults of one reading, in the order of files and lines."""

    def __init__(self, faults: "list[Fault]") -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(sorted(set(faults)))

"""What a room hands to the edition: a file that should exist, what it depends on, and how to make it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Input(NamedTuple):
    """Something that an output is made from.

    `name` is for people (a path, `contact:presstjansten`, `template:release.html`); `fingerprint` is a hex digest
    that differs whenever the thing would make different bytes.
    """

    name: str
    fingerprint: str


def fingerprint(*parts: str | bytes) -> str:
    """Answer a 32-character hex digest of the parts, in order; where one part ends matters."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


class Noun:
    """A frozen record that can be an input of an output: what it shows of itself is what it is."""

    __slots__ = ("_input",)
    _input: Input

    @property
    def name(self) -> str:
        """How people call this input; nouns with a key or a source file say which."""
        return type(self).__name__.lower()

    @property
    def input(self) -> Input:
        """This noun as an input. The fingerprint covers every field, nested nouns included."""
        try:
            return self._input
        except AttributeError:
            # many outputs are made of the same noun, and it never changes
            object.__setattr__(self, "_input", Input(self.name, fingerprint(repr(self))))
            return self._input


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file of the site: a pure function of its inputs.

    `path` is relative to the output folder, with forward slashes (`pressmeddelanden/2025/x/index.html`).
    `inputs` names everything that `render` reads; equal inputs promise equal bytes.
    `render` answers the file's bytes; only the edition calls it, and only the edition writes.
    """

    path: str
    inputs: tuple[Input, ...]
    render: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Outputs that are declared together, and only when they are needed.

    `name` differs from those of the other bundles beside it. As long as `fingerprint` is the same, so are the outputs
    in it: paths, inputs and bytes. `items` answers them, and may bundle them again.
    """

    name: str
    fingerprint: str
    items: Callable[[], Iterable["Output | Bundle"]]


def opened(items: "Iterable[Output | Bundle]") -> Iterator[Output]:
    """Answer every output, those in bundles too."""
    for item in items:
        if isinstance(item, Bundle):
            yield from opened(item.items())
        else:
            yield item

"""Records of one kind put away so that little is unpacked: of each some fields at hand, the rest folded up together.

Of ten thousand releases a build asks dates, addresses and keywords, but only of a few dozen what they say. A record
that is unfolded has its fields at hand from the start; the first that anybody asks for besides brings all the others,
of all the records it was put away with.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from plugins.newsroom.keeping import packed, setter, unpacked
from plugins.newsroom.output import Input, Noun

N = TypeVar("N", bound=Noun)


class Folded(NamedTuple):
    """Nouns of one `kind`: per noun the values of the fields `at_hand`, and the noun as an input; and the `rest`."""

    kind: type[Any]
    at_hand: tuple[str, ...]
    values: tuple[tuple[object, ...], ...]
    inputs: tuple[tuple[str, str], ...]
    rest: bytes


def folded(kind: type[N], nouns: Sequence[N], at_hand: Sequence[str]) -> Folded:
    """Answer the nouns, all of that kind, put away with these fields at hand."""
    others = _others(kind, at_hand)
    known: dict[Input, Noun] = {}
    return Folded(
        kind=kind,
        at_hand=tuple(at_hand),
        values=tuple(tuple(_once(getattr(noun, name), known) for name in at_hand) for noun in nouns),
        inputs=tuple(tuple(noun.input) for noun in nouns),  # type: ignore[misc]
        rest=packed("", [tuple(getattr(noun, name) for name in others) for noun in nouns]),
    )


def _once(value: object, known: dict[Input, Noun]) -> object:
    """Answer the value with each noun in it being one and the same wherever it stands: hundreds share a keyword."""
    if isinstance(value, Noun):
        return known.setdefault(value.input, value)
    return tuple(_once(each, known) for each in value) if type(value) is tuple else value


def unfolded(put_away: Folded) -> list[Any]:
    """Answer the nouns, in the same order."""
    nouns: list[Noun] = []

    def fill() -> None:
        others = [setter(put_away.kind, name) for name in _others(put_away.kind, put_away.at_hand)]
        for noun, values in zip(nouns, unpacked("", put_away.rest), strict=True):
            for fill_in, value in zip(others, values, strict=True):
                fill_in(noun, value)
            object.__setattr__(noun, "__class__", put_away.kind)

    kind = _partly(put_away.kind, fill)
    at_hand = [setter(put_away.kind, name) for name in put_away.at_hand]
    as_input = setter(put_away.kind, "_input")
    for values, known in zip(put_away.values, put_away.inputs, strict=True):
        noun = object.__new__(kind)
        for fill_in, value in zip(at_hand, values, strict=True):
            fill_in(noun, value)
        as_input(noun, Input(*known))
        nouns.append(noun)
    return nouns


def _partly(kind: type[Noun], fill: Callable[[], None]) -> type[Noun]:
    """Answer the kind as it is until everything is there: what isn't, or needs all of it, asks for it first."""

    def missing(noun: Noun, name: str) -> object:
        if name not in known:
            raise AttributeError(name)
        fill()
        return getattr(noun, name)

    def whole(does: Callable[..., Any]) -> Callable[..., Any]:
        def doing(noun: Noun, *given: object) -> object:
            fill()
            return does(noun, *given)

        return doing

    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    special = {name: whole(getattr(kind, name)) for name in ("__eq__", "__hash__", "__repr__")}
    return type(kind.__name__, (kind,), {"__slots__": (), "__getattr__": missing, **special})


def _others(kind: type[Noun], at_hand: Sequence[str]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in at_hand]  # type: ignore[arg-type]

"""Records of one kind put away so that little is unpacked: of each some fields at hand, the rest folded up together.

Of ten thousand releases a build asks dates, addresses and keywords, but only of a few dozen what they say. A record
that is unfolded has its fields at hand from the start; the first that anybody asks for besides brings all the others,
of all the records it was put away with.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from plugins.newsroom.keeping import packed, setter, unpacked
from plugins.newsroom.output import Input, Noun

N = TypeVar("N", bound=Noun)


class Folded(NamedTuple):
    """Nouns of one `kind`, field by field: of the fields `at_hand` the values of all nouns, then the names and
    fingerprints that they have as inputs, and the `rest`.
    """

    kind: type[Any]
    at_hand: tuple[str, ...]
    columns: tuple[tuple[Any, ...], ...]
    inputs: tuple[tuple[str, ...], tuple[str, ...]]
    rest: bytes


def folded(kind: type[N], nouns: Sequence[N], at_hand: Sequence[str], shared: Sequence[Noun] = ()) -> Folded:
    """Answer the nouns, all of that kind, put away with these fields at hand; `shared` as in `packed`."""
    inputs = [noun.input for noun in nouns]
    return Folded(
        kind=kind,
        at_hand=tuple(at_hand),
        columns=_columns(nouns, at_hand),
        inputs=(tuple(known.name for known in inputs), tuple(known.fingerprint for known in inputs)),
        rest=packed("", _columns(nouns, _others(kind, at_hand)), shared=shared),
    )


def unfolded(put_away: Folded, shared: Sequence[Noun] = ()) -> list[Any]:
    """Answer the nouns, in the same order."""
    kind, at_hand, columns, inputs, rest = put_away

    def fill() -> None:
        _fill(kind, _others(kind, at_hand), nouns, unpacked("", rest, shared=shared))
        for noun in nouns:
            object.__setattr__(noun, "__class__", kind)

    partly = _partly(kind, fill)
    nouns = [object.__new__(partly) for _ in inputs[0]]
    _fill(kind, (*at_hand, "_input"), nouns, (*columns, map(Input, *inputs)))
    return nouns


def _columns(nouns: Sequence[Noun], names: Sequence[str]) -> tuple[tuple[object, ...], ...]:
    return tuple(tuple([getattr(noun, name) for noun in nouns]) for name in names)


def _fill(kind: type[Noun], names: Sequence[str], nouns: Sequence[Noun], columns: Iterable[Iterable[object]]) -> None:
    for name, column in zip(names, columns, strict=True):
        for _ in map(setter(kind, name), nouns, column):  # many nouns with few fields: so the loop within is not ours
            pass


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

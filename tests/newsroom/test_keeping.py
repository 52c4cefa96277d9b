"""Nouns as bytes: what comes out is what went in, or nothing at all; and nothing in the bytes is ever run."""

import builtins
import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from plugins.newsroom import CorrectionKind, State
from plugins.newsroom.keeping import NotKept, packed, unpacked
from tests.nouns import (
    a_correction,
    a_document,
    a_newsroom,
    a_page,
    a_release,
    a_withdrawal,
    an_assignment,
    an_image,
    an_import,
    with_translation,
)


class Pair(NamedTuple):
    one: int
    other: str


@dataclass(frozen=True)
class Plain:
    one: int


NOUNS = [
    *with_translation(a_release(images=(an_image(),), documents=(a_document(),), corrections=(a_correction(),))),
    a_release(withdrawn=a_withdrawal(), imported=an_import()),
    an_assignment(),
    a_page(),
    a_newsroom(),
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: type(noun).__name__)
def test_a_noun_comes_out_as_it_went_in(noun):
    again = unpacked("m", packed("m", noun))
    assert repr(again) == repr(noun) and type(again) is type(noun)


def test_what_was_known_of_a_noun_is_kept_and_may_be_asked_later():
    known, fresh = a_release(), a_release()
    _ = known.input
    for noun in (known, fresh):
        assert unpacked("m", packed("m", noun)).input == noun.input


def test_kinds_states_and_clocks_are_the_very_same():
    release = unpacked("m", packed("m", a_release(corrections=(a_correction(),))))
    assert release.state is State.PUBLIC
    assert type(release.corrections[0].kind) is CorrectionKind
    assert release.published.tzinfo is a_release().published.tzinfo


def test_lists_dicts_values_and_kinds_that_are_told_may_stand_among_them():
    value = {"a": [Plain(1), Pair(1, "x")], "b": (datetime(2031, 1, 1, tzinfo=UTC), date(2031, 1, 1), timedelta(1))}
    assert unpacked("m", packed("m", value, (Plain, Pair)), (Plain, Pair)) == value


@pytest.mark.parametrize("kinds", [(), (Plain,), (Pair,)])
def test_other_kinds_do_not_come_out(kinds):
    data = packed("m", [Plain(1), Pair(1, "x")], (Plain, Pair))
    with pytest.raises(NotKept):
        unpacked("m", data, kinds)


def test_another_maker_s_bytes_are_not_believed():
    with pytest.raises(NotKept):
        unpacked("n", packed("m", a_release()))


def test_bytes_that_are_cut_short_or_lengthened_are_not_believed():
    data = packed("m", a_release())
    for other in (b"", data[:10], data[:32], data[:-1], data + b".", data[1:], b"\0" * len(data)):
        with pytest.raises(NotKept):
            unpacked("m", other)


def test_no_bit_can_be_turned_unseen():
    data = packed("m", a_release())
    chance = random.Random(1)  # noqa: S311 - which bits, not a secret
    for position in [*range(40), *chance.sample(range(len(data)), 300)]:
        other = bytearray(data)
        other[position] ^= 1 << chance.randrange(8)
        with pytest.raises(NotKept):
            unpacked("m", bytes(other))


def test_nouns_that_both_have_are_only_pointed_to():
    shared = [a_page(), a_release()]
    data = packed("m", {"known": shared[1], "other": a_release(title="Another")}, shared=shared)
    again = unpacked("m", data, shared=shared)
    assert again["known"] is shared[1] and again["other"] == a_release(title="Another")
    for fewer in ((), shared[:1]):
        with pytest.raises(NotKept):
            unpacked("m", data, shared=fewer)


class Hostile:
    """Says that it is made by calling something."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call, self.arguments


@pytest.mark.parametrize(
    "call", [os.mkdir, builtins.eval, builtins.exec, builtins.getattr, builtins.open, builtins.__import__, packed]
)
def test_bytes_that_name_a_function_run_nothing_though_their_digest_is_right(call, tmp_path, monkeypatch):
    """Whoever can write into the cache can also take the digest."""
    monkeypatch.chdir(tmp_path)
    argument = {builtins.eval: "__import__('os').mkdir('x')", builtins.exec: "import os; os.mkdir('x')"}.get(call, "x")
    arguments = (argument, "w") if call in (builtins.open, builtins.getattr, packed) else (argument,)
    with pytest.raises(NotKept):
        unpacked("m", packed("m", [a_release(), Hostile(call, *arguments)]))
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_is_a_path_is_not_opened():
    with pytest.raises(NotKept):
        unpacked("m", packed("m", a_release()).replace(b"Europe/Stockholm", b"../../etc/passwd"))

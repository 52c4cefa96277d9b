"""Nouns as bytes, for a cache: what comes out is whole, made by the same maker, and nothing but nouns.

A cache may be damaged, old, or somebody else's. So the bytes begin with a digest of maker and contents, and they can
name no other classes than those that stand here: unpacking builds records and never runs anything.
"""

import copyreg
import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from functools import partial
from hashlib import blake2b, sha256
from typing import Any
from zoneinfo import ZoneInfo

from plugins import newsroom
from plugins.newsroom.output import Input, Noun

_DIGEST = 32


class NotKept(Exception):
    """The bytes are damaged, or another maker's, or hold what is no noun."""


def packed(maker: str, what: object, kinds: tuple[type, ...] = (), shared: Sequence[Noun] = ()) -> bytes:
    """Answer nouns, and lists, tuples and dicts of them, as bytes. `maker` stands for the program that made them.

    `kinds` are further dataclasses and named tuples that may stand among them. `shared` are nouns that whoever unpacks
    them has too, in the same order: they are only pointed to, and come out as the very ones.
    """
    target = io.BytesIO(bytes(_DIGEST))
    target.seek(_DIGEST)
    _Packer(target, kinds, shared).dump(what)
    with target.getbuffer() as data:  # a large archive is not copied for it
        data[:_DIGEST] = _digest(maker, data[_DIGEST:])
    return target.getvalue()


def unpacked(maker: str, data: bytes, kinds: tuple[type, ...] = (), shared: Sequence[Noun] = ()) -> Any:
    """Answer what was packed. Raises NotKept unless the same maker packed these very bytes, of the same kinds.

    `maker` must be another if the `shared` nouns are.
    """
    if data[:_DIGEST] != _digest(maker, memoryview(data)[_DIGEST:]):
        raise NotKept
    source = io.BytesIO(data)
    source.seek(_DIGEST)
    try:
        return _Unpacker(source, kinds, shared).load()
    except Exception as error:  # pickle has a dozen ways to say that something is wrong
        raise NotKept from error


def digest(data: bytes) -> str:
    """Answer a 32-character hex digest by which a file's bytes are known again."""
    return blake2b(data, digest_size=16).hexdigest()


def _digest(maker: str, contents: memoryview) -> bytes:
    # the processors of today have SHA-256 built in, and a large archive's memory is megabytes
    digest = sha256(sha256(maker.encode()).digest())
    digest.update(contents)
    return digest.digest()


class _Packer(pickle.Pickler):
    def __init__(self, target: io.BytesIO, kinds: tuple[type, ...], shared: Sequence[Noun]) -> None:
        super().__init__(target, protocol=5)
        places = {id(noun): place for place, noun in enumerate(shared)}
        nouns = dict.fromkeys(_fields_of(kinds), partial(_taken_apart, places))
        enums = dict.fromkeys(_ENUMS, _by_value)
        self.dispatch_table = {**copyreg.dispatch_table, **nouns, **enums, ZoneInfo: _named}


def _taken_apart(places: dict[int, int], thing: Any) -> tuple[Any, ...]:
    place = places.get(id(thing))
    if place is not None:
        return _shared, (place,)
    known = getattr(thing, "_input", None) if isinstance(thing, Noun) else None
    return _restored, (type(thing), tuple(getattr(thing, name) for name in _FIELDS[type(thing)]), known)


def _shared(place: int) -> Noun:
    """Stands in the bytes for whatever the unpacker has at that place."""
    raise NotKept


def _by_value(member: Enum) -> tuple[Any, ...]:
    """Answer how a member is found again; Python 3.11.2, Debian 12's own, would run `getattr` for it."""
    return type(member), (member.value,)


def _named(zone: ZoneInfo) -> tuple[Any, ...]:
    return _zone, (zone.key,)


class _Unpacker(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, kinds: tuple[type, ...], shared: Sequence[Noun]) -> None:
        super().__init__(source)
        _fields_of(kinds)
        self._known = {_name(kind): kind for kind in (*_RECORDS, *kinds, *_ENUMS, *_VALUES)}
        self._known[_name(_shared)] = tuple(shared).__getitem__

    def find_class(self, module: str, name: str) -> Any:
        return self._known[module, name]


def _restored(kind: type, values: tuple[object, ...], known: Input | None) -> object:
    """Answer the record as it was. A frozen record's constructor sets field by field and checks each: too slow here."""
    thing: object = object.__new__(kind)
    for fill, value in zip(_SETTERS[kind], values, strict=True):
        fill(thing, value)
    if known is not None:
        object.__setattr__(thing, "_input", known)
    return thing


def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def setter(kind: type, name: str) -> Callable[[object, object], None]:
    """Answer what fills one field: the slot itself, or for a record without slots the plain way around its freezing."""
    slot = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    if hasattr(slot, "__set__"):
        return slot.__set__  # type: ignore[union-attr, no-any-return]
    return lambda thing, value: object.__setattr__(thing, name, value)


def _name(kind: Any) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


_NOUNS = [thing for thing in vars(newsroom).values() if isinstance(thing, type)]
_RECORDS = [kind for kind in _NOUNS if is_dataclass(kind)]
_ENUMS = [kind for kind in _NOUNS if issubclass(kind, Enum)]
_VALUES = (Input, datetime, date, timedelta, timezone, frozenset, _restored, _zone)
_FIELDS: dict[type, tuple[str, ...]] = {}
_SETTERS: dict[type, tuple[Callable[[object, object], None], ...]] = {}


def _fields_of(kinds: tuple[type, ...]) -> dict[type, tuple[str, ...]]:
    """Answer the names of the fields of every kind of record that may be packed."""
    for kind in (*_RECORDS, *kinds):
        if kind not in _FIELDS and is_dataclass(kind):
            _FIELDS[kind] = names = tuple(field.name for field in fields(kind))
            _SETTERS[kind] = tuple(setter(kind, name) for name in names)
    return _FIELDS

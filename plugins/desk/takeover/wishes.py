"""What a press officer wants of a takeover: decided beforehand, or asked for on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Ask = Callable[[str], str]
"""Asks the press officer and answers what was written, "" for nothing."""


class Refused(Exception):
    """The command can't do what it was asked to; the message is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the press officer decided beforehand; "" is nothing."""

    published: str = ""
    type: str = ""
    language: str = ""
    address: str = ""
    rules: Path | None = None
    teasers: bool = False
    images: bool = False
    credit: str = ""
    terms: str = ""

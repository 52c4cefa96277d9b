"""The program and its settings, as far as a build depends on them."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, Self

from plugins.edition.maker import maker, source

_UNHEARD = ("NOW", "PRESSROOM_JOBS")
"""The moment is looked at by itself, and over how many processes to work changes nothing."""


class Program(NamedTuple):
    """What builds: `maker` stands for all that outputs depend on, `digest` also for settings that only say where things
    lie.
    """

    maker: str
    digest: str

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Answer the program as it is now, with these settings."""
        told = {name: value for name, value in settings.items() if name.isupper() and name not in _UNHEARD}
        made_by = maker(settings)
        shown = json.dumps(told, sort_keys=True, default=source)
        return cls(made_by, blake2b((made_by + shown).encode(), digest_size=16).hexdigest())

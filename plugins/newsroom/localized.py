"""A text in one or several languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Localized:
    """A text per language, in the newsroom's order of languages; `text["en"]` falls back to the first one."""

    texts: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Self:
        """Make one from a mapping of language to text.

        Raises ValueError when it is empty: a text without any language can't be shown.
        """
        if not texts:
            raise ValueError("a localized text needs at least one language")
        return cls(tuple(texts.items()))

    def __getitem__(self, language: str) -> str:
        for written_in, text in self.texts:
            if written_in == language:
                return text
        return self.texts[0][1]

    def language(self, wanted: str) -> str:
        """Answer the language that `self[wanted]` is really written in."""
        return wanted if wanted in dict(self.texts) else self.texts[0][0]

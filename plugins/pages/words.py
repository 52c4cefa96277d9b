"""Readers' words: the theme's gettext catalogues, read as they are written."""

from functools import cached_property
from gettext import NullTranslations
from pathlib import Path

from markupsafe import Markup

from plugins.newsroom import Input, catalogue, fingerprint


class Words:
    """What the theme says, in one language. Message ids are English; a language without a catalogue is shown them.

    Both methods answer safe HTML: the catalogues are ours, and the values that fill their `%(name)s` are escaped.
    """

    def __init__(self, locale: Path, language: str) -> None:
        file = locale / language / "LC_MESSAGES" / "messages.po"
        self._written = file.read_bytes() if file.is_file() else b""
        self._language = language
        self._said: dict[str, Markup] = {}
        self.input = Input(f"words:{language}", fingerprint(self._written))

    @cached_property
    def _translations(self) -> NullTranslations:
        return catalogue(self._written, self._language)

    def gettext(self, message: str, **values: object) -> Markup:
        """Answer the message in the language, with the values in their places."""
        if values:
            return self._message(message) % values
        if message not in self._said:  # there are as many as the theme has, and pages say dozens of them
            self._said[message] = self._message(message) % {}
        return self._said[message]

    def _message(self, message: str) -> Markup:
        return Markup(self._translations.gettext(message))  # noqa: S704 - see the class

"""The rendered bodies of one reading, for whoever needs one of them."""

from collections.abc import Callable, Mapping
from typing import Any

from plugins.newsroom import Text, fingerprint
from plugins.reading.typesetting.body import Body
from plugins.reading.typesetting.galleys import Galleys


class StoredBodies:
    """The rendered bodies of one reading. They lie in the galleys, and only the last few are held in memory.

    `again` renders a text's body once more: for the rare case that its galley has vanished or been damaged meanwhile.
    """

    def __init__(self, galleys: Galleys, again: Callable[[Text], str]) -> None:
        self._galleys = galleys
        self._again = again
        self._places: dict[str, str] = {}
        self._led: dict[str, dict[str, str]] = {}
        self._at_hand: dict[str, str] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Send another process the galleys, without what is only known here."""
        return StoredBodies, (self._galleys, _only_kept)

    def keep(self, place: str, body: Body) -> str:
        """Note where a body is kept, and answer the digest by which its text knows it."""
        digest = fingerprint(body.html)
        self._places[digest] = place
        self._led[digest] = body.led
        return digest

    def recall(self, places: Mapping[str, str]) -> None:
        """Note where the bodies with these digests are kept, without looking at them."""
        self._places.update(places)
        self._galleys.still_in_use(places.values())

    def kept(self, text: Text) -> tuple[str, dict[str, str]]:
        """Answer the place of a text's body that was kept here, and where its links to other texts lead."""
        return self._places[text.body_digest], self._led[text.body_digest]

    def html(self, text: Text) -> str:
        """Answer the text's body as safe HTML; "" if it has none. Raises ChangedText if it is another by now."""
        if text.body_digest not in self._at_hand:
            if len(self._at_hand) == _AT_HAND:
                self._at_hand.pop(next(iter(self._at_hand)))
            self._at_hand[text.body_digest] = self._read(text)
        return self._at_hand[text.body_digest]

    def _read(self, text: Text) -> str:
        html = self._galleys.html(self._places[text.body_digest], text.body_digest)
        if html is None:
            html = self._again(text)
            if fingerprint(html) != text.body_digest:
                raise ChangedText(f"{text.source} has changed since it was read: build again")
        return html


def _only_kept(text: Text) -> str:
    raise LookupError(f"the body of {text.source} is kept here, and read elsewhere")


class ChangedText(Exception):
    """A text's body is not what it was when it was read, so what has been said of it does not hold."""


_AT_HAND = 64
"""Bodies in memory: a release's page, text, record and feed items are often made one after the other."""

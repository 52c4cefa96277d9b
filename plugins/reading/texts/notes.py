"""What is wrong in one text, noted while it is read."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from plugins.newsroom import Fault, Faults
from plugins.reading.manuscripts.manuscript import Manuscript, Path
from plugins.reading.masthead.masthead import Masthead, choices
from plugins.reading.surroundings import Surroundings

T = TypeVar("T")


class Notes:
    """Collects the faults of one text, so that all are told and not only the first."""

    def __init__(self, manuscript: Manuscript, language: str) -> None:
        self.manuscript = manuscript
        self.language = language
        self.faults: list[Fault] = []

    def fault(self, path: Path, message: str, **values: object) -> None:
        self.faults.append(Fault.at(self.manuscript.source, self.manuscript.line(path), message, **values))

    def attempt(self, action: Callable[[], T], otherwise: T) -> T:
        """Answer what the action answers, or note its faults and answer `otherwise`."""
        try:
            return action()
        except Faults as found:
            self.faults += found.faults
            return otherwise

    def listed(self, key: str, slugs: Iterable[str], known: Mapping[str, T]) -> tuple[T, ...]:
        """Answer what newsroom.yaml lists under the slugs; note those it doesn't list, and repetitions."""
        found: dict[str, T] = {}
        for index, slug in enumerate(slugs):
            if slug in found:
                self.fault((key, index), "{slug} stands here twice", slug=slug)
            elif slug in known:
                found[slug] = known[slug]
            else:
                self.not_listed((key, index), slug, "types" if key == "type" else key, known)
        return tuple(found.values())

    def not_listed(self, path: Path, slug: str, key: str, known: Iterable[str]) -> None:
        """Note that newsroom.yaml doesn't list the slug, and what it does list."""
        message = "{slug} is not listed under {key} in newsroom.yaml; choose among: {choices}"
        self.fault(path, message, slug=slug, key=key, choices=choices(slug, known))

    def check_language(self, masthead: Masthead) -> None:
        """Note that the text is in a language that the newsroom doesn't have."""
        known = masthead.languages
        if self.language not in known:
            message = "{language} is not among the newsroom's languages: {languages}"
            self.fault((), message, language=self.language, languages=", ".join(known))

    def check_clock(self, path: Path, at: datetime | None, around: Surroundings) -> None:
        """Note a time with another offset than the agency's clock has then, such as summer time in November.

        It would become public an hour early or late. A time in UTC says so itself, and is right.
        """
        if at is None or not at.utcoffset() or at.utcoffset() == around.moment(at).utcoffset():
            return
        message = "{key} has another offset from UTC than the clock in {timezone} has that day; write {right}"
        right = at.replace(tzinfo=around.masthead.timezone).isoformat()
        self.fault(path, message, key=path[-1], timezone=around.masthead.timezone.key, right=right)

    def raise_if_any(self) -> None:
        if self.faults:
            raise Faults(self.faults)

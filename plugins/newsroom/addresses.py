"""The public surface: which page lies where, in each language. These addresses are a promise."""

from dataclasses import dataclass

from plugins.newsroom.output import Noun

WORDS = {
    "sv": {
        "releases": "pressmeddelanden",
        "archive": "arkiv",
        "keywords": "nyckelord",
        "types": "typ",
        "audiences": "malgrupp",
        "assignments": "regeringsuppdrag",
        "deadlines": "tidsfrister",
        "contact": "kontakt",
        "images": "bilder",
        "follow": "prenumerera",
        "about": "om",
        "accessibility": "tillganglighet",
        "privacy": "integritet",
        "part": "sida",
    },
    "en": {
        "releases": "releases",
        "archive": "archive",
        "keywords": "keywords",
        "types": "types",
        "audiences": "audiences",
        "assignments": "assignments",
        "deadlines": "deadlines",
        "contact": "contact",
        "images": "images",
        "follow": "subscribe",
        "about": "about",
        "accessibility": "accessibility",
        "privacy": "privacy",
        "part": "page",
    },
}


@dataclass(frozen=True, slots=True)
class Addresses(Noun):
    """Answers the address of every kind of page, without leading slash and with a slash at the end.

    The first language lies at the root, the others in a folder named by their code. A language that has no words
    of its own uses the English ones.
    """

    languages: tuple[str, ...]

    def home(self, language: str) -> str:
        """Answer "" for the first language, `en/` for another."""
        return "" if language == self.languages[0] else f"{language}/"

    def section(self, language: str, key: str) -> str:
        """Answer the address of a part of the room; `key` is one of `WORDS["en"]`, or the name of a standing page."""
        words = WORDS.get(language, WORDS["en"])
        return f"{self.home(language)}{words.get(key, key)}/"

    def year(self, language: str, year: int) -> str:
        return f"{self.section(language, 'releases')}{year}/"

    def release(self, language: str, year: int, slug: str) -> str:
        return f"{self.year(language, year)}{slug}/"

    def keyword(self, language: str, slug: str) -> str:
        return f"{self.section(language, 'keywords')}{slug}/"

    def type(self, language: str, slug: str) -> str:
        return f"{self.section(language, 'types')}{slug}/"

    def audience(self, language: str, slug: str) -> str:
        return f"{self.section(language, 'audiences')}{slug}/"

    def assignment(self, language: str, year: int, slug: str) -> str:
        return f"{self.section(language, 'assignments')}{year}/{slug}/"

    def calendar(self, language: str) -> str:
        """Answer the file of the assignments' deadlines."""
        words = WORDS.get(language, WORDS["en"])
        return f"{self.section(language, 'assignments')}{words['deadlines']}.ics"

    def part(self, language: str, address: str, number: int) -> str:
        """Answer the address of an older part of a list, numbered from the oldest so that it never changes."""
        words = WORDS.get(language, WORDS["en"])
        return f"{address}{words['part']}-{number}/"

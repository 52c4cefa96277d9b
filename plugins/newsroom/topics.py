"""What releases are sorted by: types, audiences and keywords, all listed in newsroom.yaml."""

from dataclasses import dataclass

from plugins.newsroom.localized import Localized
from plugins.newsroom.output import Noun


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Noun):
    """Something that releases have in common and that has a page and feeds of its own."""

    slug: str
    label: Localized

    @property
    def name(self) -> str:
        return f"{type(self).__name__.lower()}:{self.slug}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseType(Topic):
    """The kind of document: press release, news, invitation …; `plural` heads its page."""

    plural: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience(Topic):
    """For whom a release is meant: care, public, companies, press, pharmacies …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword(Topic):
    """A controlled keyword. `medtop` is an IPTC media topic (8 digits); aliases are other words that readers use."""

    medtop: str | None
    aliases: tuple[str, ...]

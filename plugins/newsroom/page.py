"""A page of standing text: about, accessibility, privacy …"""

from dataclasses import dataclass
from datetime import datetime

from plugins.newsroom.output import Noun
from plugins.newsroom.release import LanguageVersion, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Noun):
    """One standing page in one language; `key` is its folder's name (`about`, `accessibility`, …)."""

    key: str
    language: str
    original_language: str
    address: str
    source: str
    state: State
    published: datetime
    title: str
    lead: str | None
    body_digest: str
    versions: tuple[LanguageVersion, ...]

    @property
    def name(self) -> str:
        return self.source

"""What a text stands among while it is read: the newsroom's lists, the other texts, and where files end up."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from plugins.media.darkroom import Darkroom
from plugins.reading.masthead.masthead import Masthead
from plugins.reading.survey import Survey
from plugins.reading.typesetting.body import Links
from plugins.reading.typesetting.galleys import Galleys
from plugins.reading.typesetting.stored import StoredBodies


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Everything outside a text that its nouns are made with. `now` is the moment that the reading is for, and
    `survey` one of the content then. One process can send it to another.
    """

    content: Path
    masthead: Masthead
    darkroom: Darkroom
    bodies: StoredBodies
    galleys: Galleys
    links: Links
    markdown: Mapping[str, Any]
    now: datetime
    preview: bool
    survey: Survey
    read: defaultdict[Path, dict[str, str]] = field(default_factory=partial(defaultdict, dict))
    """The digests of the bytes that were read, by folder and name."""

    def digests(self, folder: Path) -> dict[str, str]:
        """Answer the digests of the bytes that were read in a folder, by the names of its files."""
        return {**self.read[folder], **self.darkroom.read[folder]}

    def moment(self, at: datetime) -> datetime:
        """Answer the moment with the offset that the agency's clock has then."""
        return at.astimezone(self.masthead.timezone)

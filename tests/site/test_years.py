"""Years of a press room, and three readers who follow its feeds: what is new is new to them once, each correction once.

A year is releases, embargoes, edits, corrections, translations, moves, withdrawals and new phone numbers in any order,
with builds and readers that miss their turns. `PRESSROOM_YEARS` says how many years to try (`make soak`); what
hypothesis prints repeats a year that fails. Between two years everything is forgotten.
"""

import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from plugins.feeds import channel
from plugins.feeds.outputs import outputs as feed_outputs
from plugins.newsroom import opened
from plugins.publishing.changes import FAULTY, Step, changes
from plugins.publishing.memory import Memory
from plugins.reading.reader import read
from tests.nouns import a_stage
from tests.texts import content_of

YEARS = int(os.environ.get("PRESSROOM_YEARS", "20"))
PART = 3
"""How many releases a part of a feed's archive holds here, so that much of a year's is in the archive."""

BEGIN = datetime(2026, 1, 2, 8, tzinfo=UTC)
FORMATS = ["rss", "atom", "json"]
TELLING = ("clarification", "correction")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A release as the press officer has it; `english` is when its translation becomes public."""

    id: str
    slug: str
    published: datetime
    words: int = 1
    corrections: tuple[tuple[datetime, str], ...] = ()
    withdrawn: datetime | None = None
    imported: datetime | None = None
    english: datetime | None = None
    keyword: str = "alfa"
    moved_from: tuple[str, ...] = ()

    def told(self, language, now):
        """Answer when readers of the language were last told of it; None = there is nothing to tell."""
        begun = self.published if language == "sv" else self.english
        if begun is None or max(begun, self.published) > now:
            return None
        news = [max(begun, self.published), *(at for at, kind in self.corrections if kind in TELLING)]
        news += [self.withdrawn] if self.withdrawn else []
        return max((at for at in news if self.imported is None or at > self.imported), default=None)

    def write(self, content):
        folder = content / "releases" / str(self.published.year) / self.slug
        folder.mkdir(parents=True, exist_ok=True)
        corrections = ", ".join(f"{{at: {stamp(at)}, kind: {kind}, text: Ändrat}}" for at, kind in self.corrections)
        lines = [
            f"id: {self.id}", "type: pressmeddelande", f"published: {stamp(self.published)}",
            f"title: Rubrik {self.words}", "lead: Ingress.", f"keywords: [{self.keyword}]",
            f"corrections: [{corrections}]", self.moved("pressmeddelanden"),
        ]  # fmt: skip
        lines += [f"imported: {{at: {stamp(self.imported)}}}"] if self.imported else []
        if self.withdrawn:
            lines.append(f"withdrawn: {{at: {stamp(self.withdrawn)}, kind: withdrawn, reason: Fel.}}")
        (folder / "sv.md").write_text("---\n" + "\n".join(lines) + f"\n---\nText {self.words}.\n", encoding="utf-8")
        if self.english:
            lines = [f"published: {stamp(self.english)}", "title: Title", "lead: Lead.", "of_revision: 1"]
            lines.append(self.moved("en/releases"))
            (folder / "en.md").write_text("---\n" + "\n".join(lines) + "\n---\nText.\n", encoding="utf-8")

    def moved(self, section):
        addresses = ", ".join(f"/{section}/{self.published.year}/{slug}/" for slug in self.moved_from)
        return f"moved_from: [{addresses}]"


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Reader:
    """Follows the feeds of both languages in one format as feed readers do: by id, and by the time of the last change.

    `seen` is what it knows of; `news` and `updates` what it has shown as new, and as changed.
    """

    ending: str
    seen: dict[str, datetime] = field(default_factory=dict)
    news: Counter = field(default_factory=Counter)
    updates: Counter = field(default_factory=Counter)

    def look(self, site):
        for path in (f"feed.{self.ending}", f"en/feed.{self.ending}"):
            for id, updated in _items(site[path]) if path in site else ():
                if id not in self.seen:
                    self.news[id] += 1
                elif updated > self.seen[id]:
                    self.updates[id] += 1
                else:
                    assert updated == self.seen[id], "what has been told is never older the next time"
                self.seen[id] = updated


def _items(data):
    if data.startswith(b"{"):
        for item in json.loads(data)["items"]:
            yield item["id"], datetime.fromisoformat(item["date_modified"])
    else:
        feed = feedparser.parse(data)
        assert not feed.bozo
        for entry in feed.entries:
            yield entry.id, datetime(*entry.updated_parsed[:6], tzinfo=UTC)


class Room:
    """A press room that lives through a year, and what its readers ought to have seen."""

    def __init__(self, root):
        self.root = root
        self.content = content_of(root, [])
        self.now = BEGIN
        self.texts: list[Written] = []
        self.public: Memory = Memory()
        self.site: dict[str, bytes] = {}
        self.told: dict[str, datetime] = {}
        self.readers = [Reader(ending) for ending in FORMATS]
        self.due: dict[str, tuple[Counter, Counter]] = {r.ending: (Counter(), Counter()) for r in self.readers}
        self.shown: dict[str, dict[str, datetime]] = {reader.ending: {} for reader in self.readers}

    def act(self, action, which, hours):
        """Do what the press officer does; what can't be done (nothing is published yet) is passed over."""
        public = [text for text in self.texts if text.published <= self.now and not text.withdrawn]
        at = self.now - timedelta(minutes=1)
        if action in ("publish", "embargo", "import"):
            number = len(self.texts)
            later = timedelta(hours=hours if action == "embargo" else 0)
            new = Written(id=f"year{number:04}", slug=f"nr-{number}", published=self.now + later)
            if action == "import":
                new = replace(new, published=BEGIN - timedelta(days=400 + number), imported=self.now)
            return self.put(None, new)
        if action == "phone":
            file = self.content / "newsroom.yaml"
            text = file.read_text(encoding="utf-8").replace("018-12 34 5", f"018-12 34 {which % 10}")
            file.write_text(text, encoding="utf-8")
        if not public:
            return None
        old = public[which % len(public)]
        if action in ("typo", *TELLING):
            new = replace(old, words=old.words + 1, corrections=(*old.corrections, (self.free(old, at), action)))
        elif action == "withdraw":
            new = replace(old, withdrawn=self.free(old, at))
        elif action == "translate":
            new = old if old.english else replace(old, english=self.now)
        elif action == "move":
            new = replace(old, slug=f"{old.slug}-x", moved_from=(*old.moved_from, old.slug))
        elif action == "keyword":
            new = replace(old, keyword="beta" if old.keyword == "alfa" else "alfa")
        else:
            return None
        return self.put(old, new)

    def free(self, text, at):
        """Answer a moment for a change, after all that has happened to the text."""
        known = [text.published, *(moment for moment, _ in text.corrections)]
        known += [moment for moment in (text.imported, text.english) if moment]
        return max(at, *(moment + timedelta(seconds=1) for moment in known))

    def put(self, old, new):
        if old is not None:
            self.texts.remove(old)
            shutil.rmtree(self.content / "releases" / str(old.published.year) / old.slug)
        self.texts.append(new)
        new.write(self.content)

    def telling(self):
        """Answer when readers ought to have been told last of each item, if they look now."""
        told = {}
        for text in self.texts:
            for language, suffix in (("sv", ""), ("en", "/en")):
                if at := text.told(language, self.now):
                    told[f"tag:example.se,2031:{text.id}{suffix}"] = at
        return told

    def unseen(self, reader):
        """Answer how much there is to see for a reader who hasn't looked for a while, in one language."""
        found = [id for id, at in self.telling().items() if self.shown[reader.ending].get(id) != at]
        return max(len([id for id in found if id.endswith("/en") is english]) for english in (False, True))

    def live(self, hours, builds, looks):
        """Let time pass, with or without a build at its end, and let those look who do."""
        until = self.now + timedelta(hours=hours)
        for moment in sorted({until, *(text.published for text in self.texts if self.now < text.published < until)}):
            self.now = moment
            # whoever doesn't look before PART releases have come, or have been corrected, must read the archive too
            late = [reader for reader in self.readers if self.unseen(reader) >= PART - 1]
            if late or (builds and moment == until):
                self.build()
                for reader in self.readers:
                    if reader in late or reader.ending in looks:
                        self.look(reader)

    def build(self):
        """Publish: every edit has its class, and what is sent is what the readers are told of from now on."""
        newsroom = read(self.content, now=self.now, cache=self.root / "cache").newsroom
        memory = Memory.of_newsroom(newsroom)
        found = changes(self.public, memory)
        assert not [change for change in found if change.step in FAULTY]
        assert {c.id for c in found if c.step is Step.NEW} == memory.texts.keys() - self.public.texts.keys()
        outputs = opened(feed_outputs(a_stage(newsroom)))
        self.site = {o.path: o.render() for o in outputs if o.path.startswith(("feed.", "en/feed."))}
        self.public, self.told = memory, self.telling()

    def look(self, reader):
        reader.look(self.site)
        news, updates = self.due[reader.ending]
        shown = self.shown[reader.ending]
        for id, at in self.told.items():
            if id not in shown:
                news[id] += 1
            elif at != shown[id]:
                updates[id] += 1
        shown.update(self.told)
        assert reader.seen == shown
        assert (reader.news, reader.updates) == (news, updates)
        assert set(news.values()) <= {1}


ACTIONS = [
    "publish", "publish", "publish", "embargo", "import", "typo", "clarification", "correction", "correction",
    "withdraw", "translate", "move", "keyword", "phone", "nothing",
]  # fmt: skip

weeks = st.tuples(
    st.sampled_from(ACTIONS),
    st.integers(0, 99),
    st.integers(1, 24 * 10),
    st.booleans(),
    st.sets(st.sampled_from(FORMATS)),
)


@pytest.fixture(autouse=True)
def short_parts(monkeypatch):
    monkeypatch.setattr(channel, "PART", PART)


@settings(
    deadline=None,
    max_examples=YEARS,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shorten a year takes longer than to read it
    print_blob=True,
)
@given(year=st.lists(weeks, min_size=26, max_size=52))
def test_each_release_is_new_once_and_each_correction_once(year, tmp_path_factory):
    room = Room(tmp_path_factory.mktemp("year"))
    room.build()
    for action, which, hours, builds, looks in year:
        room.act(action, which, hours)
        room.live(hours, builds, looks)
    room.live(24 * 30, builds=True, looks=FORMATS)
    assert all(reader.seen == room.telling() for reader in room.readers)
    shutil.rmtree(room.root)

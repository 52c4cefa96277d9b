"""Atom, held against RFC 4287 (its grammar, and the rules that its grammar can't say) and RFC 5005."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import feedparser
import pytest
from bs4 import BeautifulSoup
from lxml import etree

from tests.feeds.built import built
from tests.nouns import a_newsroom

NS = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/",
      "fh": "http://purl.org/syndication/history/1.0", "media": "http://search.yahoo.com/mrss/"}  # fmt: skip
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))


def everyone_has_an_author(feed) -> Iterator[str]:
    """RFC 4287, section 4.1.1."""
    if feed.find("a:author", NS) is None and any(e.find("a:author", NS) is None for e in feed.iterfind("a:entry", NS)):
        yield "an entry without author"


def ids_are_unique_iris(feed) -> Iterator[str]:
    """RFC 4287, sections 4.1.1 and 4.2.6."""
    ids = [e.text for e in feed.iterfind(".//a:id", NS)]
    if len(ids) != len(set(ids)):
        yield "an id twice"
    if any(not re.match(r"[a-z]+:\S+$", id or "") for id in ids):
        yield "an id that is no IRI"


def alternates_are_alone(feed) -> Iterator[str]:
    """RFC 4287, sections 4.1.1 and 4.1.2: one alternate link for each type and language."""
    for holder in (feed, *feed.iterfind("a:entry", NS)):
        links = holder.findall("a:link[@rel='alternate']", NS)
        if len({(link.get("type"), link.get("hreflang")) for link in links}) != len(links) or not links:
            yield "no or several alternate links"


def feed_knows_itself(feed) -> Iterator[str]:
    """RFC 4287, section 4.1.1."""
    if len(feed.findall("a:link[@rel='self']", NS)) != 1:
        yield "no link to itself"


def dates_have_capital_t(feed) -> Iterator[str]:
    """RFC 4287, section 3.3; RFC 3339."""
    for element in (*feed.iterfind(".//a:updated", NS), *feed.iterfind(".//a:published", NS)):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", element.text or ""):
            yield f"not a date: {element.text}"


def published_comes_first(feed) -> Iterator[str]:
    """RFC 4287, sections 4.2.9 and 4.2.15."""
    for entry in feed.iterfind("a:entry", NS):
        times = [datetime.fromisoformat(entry.findtext(f"a:{name}", "", NS)) for name in ("published", "updated")]
        if times != sorted(times):
            yield "updated before it was published"


def plain_text_is_plain(feed) -> Iterator[str]:
    """RFC 4287, section 3.1.1: without a type it is text; content is told to be HTML."""
    for name in ("title", "subtitle", "summary"):
        if any(e.get("type", "text") != "text" for e in feed.iterfind(f".//a:{name}", NS)):
            yield f"{name} with markup"
    if any(e.get("type") != "html" for e in feed.iterfind(".//a:content", NS)):
        yield "content of another type"


def language_is_told(feed) -> Iterator[str]:
    """RFC 4287, section 2."""
    if feed.get(XML_LANG) not in ("sv", "en"):
        yield "no language"


def addresses_are_absolute(feed) -> Iterator[str]:
    """RFC 4287, section 3.1.1.3 lets xml:base decide, which readers do not all know: nothing is relative here."""
    found = [e.get(name) for e in feed.iter("*") for name in ("href", "scheme", "url", "uri") if e.get(name)]
    for content in feed.iterfind(".//a:content", NS):
        tags = BeautifulSoup(content.text or "", "html.parser").find_all(True)
        found += [tag[name] for tag in tags for name in ("href", "src") if name in tag.attrs]
    yield from (f"relative address: {address}" for address in found if not re.match(r"[a-z]+:", address))


def enclosures_are_whole(feed) -> Iterator[str]:
    """RFC 4287, sections 4.2.7.4 and 4.2.7.6."""
    for link in feed.iterfind(".//a:link[@rel='enclosure']", NS):
        if not (link.get("type") and (link.get("length") or "").isdigit()):
            yield "enclosure without type or length"


RULES = (
    everyone_has_an_author,
    ids_are_unique_iris,
    alternates_are_alone,
    feed_knows_itself,
    dates_have_capital_t,
    published_comes_first,
    plain_text_is_plain,
    language_is_told,
    addresses_are_absolute,
    enclosures_are_whole,
)

BROKEN = [
    (everyone_has_an_author, "<entry/>"),
    (ids_are_unique_iris, "<id>tag:x</id><entry><id>tag:x</id></entry>"),
    (ids_are_unique_iris, "<id>x</id>"),
    (alternates_are_alone, '<link rel="alternate" href="https://x"/><link rel="alternate" href="https://y"/>'),
    (feed_knows_itself, "<entry/>"),
    (dates_have_capital_t, "<updated>2031-05-04t10:00:00+02:00</updated>"),
    (
        published_comes_first,
        "<entry><published>2031-05-04T10:00:00Z</published><updated>2031-05-03T10:00:00Z</updated></entry>",
    ),
    (plain_text_is_plain, '<title type="html">x</title>'),
    (plain_text_is_plain, '<entry><content type="CDATA">x</content></entry>'),
    (language_is_told, "<entry/>"),
    (addresses_are_absolute, '<entry><content type="html">&lt;img src="/x.jpg"></content></entry>'),
    (addresses_are_absolute, '<link href="/x/"/>'),
    (enclosures_are_whole, '<entry><link rel="enclosure" href="https://x" type="image/jpeg"/></entry>'),
]


@pytest.fixture(scope="module")
def feeds(files) -> dict[str, etree._Element]:
    return {path: etree.fromstring(data) for path, data in files.items() if path.endswith(".atom")}


def entry_of(feed, id: str):
    return next(e for e in feed.iterfind("a:entry", NS) if e.findtext("a:id", namespaces=NS).endswith(f":{id}"))


def test_every_feed_is_of_the_grammar(feeds):
    assert {path: GRAMMAR.error_log for path, feed in feeds.items() if not GRAMMAR.validate(feed)} == {}


@pytest.mark.parametrize("gone", ["id", "title", "updated"])
def test_the_grammar_misses_nothing_needed(gone, files):
    for where in (".", "a:entry"):
        feed = etree.fromstring(files["feed.atom"])
        holder = feed.find(where, NS)
        holder.remove(holder.find(f"a:{gone}", NS))
        assert not GRAMMAR.validate(feed)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_feed_keeps_the_rule(rule, feeds):
    assert {path: faults for path, feed in feeds.items() if (faults := list(rule(feed)))} == {}


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_the_rule_catches_a_fault(rule, broken):
    assert list(rule(etree.fromstring(f'<feed xmlns="{NS["a"]}">{broken}</feed>')))


def test_every_rule_is_shown_a_fault():
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_the_archive_is_linked_backwards(feeds):
    """RFC 5005, section 4."""

    def links(path: str) -> dict[str, str]:
        found = feeds[path].findall("a:link", NS)
        return {link.get("rel"): link.get("href").removeprefix("https://press.example.se/") for link in found}

    assert links("feed.atom") == {"self": "feed.atom", "alternate": "", "prev-archive": "feed-2.atom"}
    assert links("feed-2.atom") == {
        "self": "feed-2.atom", "alternate": "", "current": "feed.atom", "prev-archive": "feed-1.atom"
    }  # fmt: skip
    assert links("feed-1.atom") == {"self": "feed-1.atom", "alternate": "", "current": "feed.atom"}
    archives = {path for path, feed in feeds.items() if feed.find("fh:archive", NS) is not None}
    assert archives == {path for path in feeds if re.search(r"feed-\d+\.atom", path)}


def test_all_parts_of_a_feed_are_one_feed(feeds):
    parts = [feeds[path] for path in ("feed.atom", "feed-1.atom", "feed-2.atom")]
    assert {feed.findtext("a:id", namespaces=NS) for feed in parts} == {"tag:example.se,2031:feed/sv"}


def test_an_entry_has_the_releases_facts(feeds, full):
    entry = entry_of(feeds["feed.atom"], "alltallt")
    release = full.by_id["alltallt"]
    assert entry.findtext("a:title", namespaces=NS) == release.title
    assert entry.findtext("a:summary", namespaces=NS) == release.lead
    assert entry.findtext("a:published", namespaces=NS) == "2031-05-04T10:00:00+02:00"
    assert entry.findtext("a:updated", namespaces=NS) == "2031-05-05T10:00:00+02:00"
    assert entry.findtext("dc:identifier", namespaces=NS) == "1.1-2031-000123"
    alternate = entry.find("a:link[@rel='alternate']", NS)
    assert (alternate.get("href"), alternate.get("type")) == (full.site.absolute(release.address), "text/html")
    tags = [(c.get("term"), c.get("label")) for c in entry.findall("a:category", NS)]
    assert tags[:2] == [("vatten", "Vatten"), ("luft", "Luft")]


def test_every_file_is_an_enclosure_of_its_true_size(feeds, full):
    entry = entry_of(feeds["feed.atom"], "alltallt")
    release = full.by_id["alltallt"]
    files = [*(image.original for image in release.images), *(d.download for d in release.documents)]
    assert [(e.get("href"), e.get("length"), e.get("type")) for e in entry.findall("a:link[@rel='enclosure']", NS)] == [
        (full.site.absolute(file.address), str(file.bytes), file.media_type) for file in files
    ]
    assert len(entry.findall("media:group", NS)) == 2


def test_a_reader_sees_what_was_written(files):
    read = feedparser.parse(files["en/feed.atom"])
    assert not read.bozo
    assert (read.feed.title, read.feed.language) == ("The Example Agency – press room", "en")
    (entry,) = read.entries
    assert entry.id == "tag:example.se,2031:alltallt/en"
    assert entry.link == "https://press.example.se/en/releases/2031/allt/"
    assert entry.published_parsed[:5] == (2031, 5, 4, 8, 0)
    assert entry.updated_parsed[:5] == (2031, 5, 5, 8, 0)
    assert entry.content[0].type == "text/html"


def test_an_empty_feed_is_valid():
    feed = etree.fromstring(built(a_newsroom())["en/feed.atom"])
    assert GRAMMAR.validate(feed)
    assert [fault for rule in RULES for fault in rule(feed)] == []
    assert feed.findtext("a:updated", namespaces=NS) == "2031-01-01T01:00:00+01:00"

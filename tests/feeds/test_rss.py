"""RSS, held against the RSS 2.0 specification, the RSS Advisory Board's profile and Media RSS 1.5.1.

Each rule is a function that yields what breaks it; each is also shown a broken feed that it must not let through.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup
from lxml import etree

from tests.feeds.built import built
from tests.nouns import STOCKHOLM, a_document, a_newsroom, a_release

NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d [+-]\d{4}"
)
Rule = Callable[[etree._Element], Iterator[str]]


def channel_is_whole(rss) -> Iterator[str]:
    """RSS 2.0, "Required channel elements"."""
    if rss.tag != "rss" or rss.get("version") != "2.0" or len(rss.findall("channel")) != 1:
        yield "not one channel in RSS 2.0"
    for name in ("title", "link", "description"):
        if [bool(e.text) for e in rss.findall(f"channel/{name}")] != [True]:
            yield f"channel without one {name}"


def items_say_something(rss) -> Iterator[str]:
    """RSS 2.0, "Elements of <item>": title or description; here both, and a link."""
    for item in rss.iter("item"):
        for name in ("title", "description", "link"):
            if [bool(e.text) for e in item.findall(name)] != [True]:
                yield f"item without one {name}"


def dates_are_rfc_822(rss) -> Iterator[str]:
    """RSS 2.0, "pubDate"; RFC 2822, section 3.3: English names, numeric offset of the agency's clock that day."""
    for element in (*rss.iter("pubDate"), *rss.iter("lastBuildDate")):
        if not DATE.fullmatch(element.text or ""):
            yield f"not a date: {element.text}"
            continue
        moment = parsedate_to_datetime(element.text)
        if moment.strftime("%a") != element.text[:3] or moment.utcoffset() != moment.astimezone(STOCKHOLM).utcoffset():
            yield f"wrong weekday or offset: {element.text}"


def guids_are_no_links(rss) -> Iterator[str]:
    """RSS 2.0, "guid": unique, and isPermaLink="false" when it can't be opened."""
    guids = [guid for item in rss.iter("item") for guid in item.findall("guid")]
    if len(guids) != len(list(rss.iter("item"))) or len({guid.text for guid in guids}) != len(guids):
        yield "not one guid of its own for each item"
    for guid in guids:
        if guid.get("isPermaLink") != "false" and not (guid.text or "").startswith("http"):
            yield f"guid that claims to be a link: {guid.text}"


def one_self_link(rss) -> Iterator[str]:
    """RSS profile, "atom:link": the feed's own address and type."""
    links = rss.findall("channel/atom:link[@rel='self']", NS)
    if len(links) != 1 or links[0].get("type") != "application/rss+xml":
        yield "no self link"


def enclosures_are_whole(rss) -> Iterator[str]:
    """RSS 2.0, "enclosure"; RSS profile: at most one for each item."""
    for item in rss.iter("item"):
        enclosures = item.findall("enclosure")
        if len(enclosures) > 1:
            yield "several enclosures"
        for enclosure in enclosures:
            if not (enclosure.get("url") and enclosure.get("type") and (enclosure.get("length") or "").isdigit()):
                yield "enclosure without url, length or type"


def addresses_are_absolute(rss) -> Iterator[str]:
    """RSS profile, "URLs": also in escaped HTML."""
    found = [e.text for name in ("link", "docs") for e in rss.iter(name)]
    found += [e.get(name) for e in rss.iter("*") for name in ("url", "href", "domain") if e.get(name)]
    for element in (*rss.iterfind(".//content:encoded", NS), *rss.iterfind(".//item/description")):
        for tag in BeautifulSoup(element.text or "", "html.parser").find_all(True):
            found += [tag[name] for name in ("href", "src") if name in tag.attrs]
            found += [candidate.split()[0] for candidate in tag.get("srcset", "").split(", ") if candidate]
    for address in found:
        if not urlsplit(address).scheme:
            yield f"relative address: {address}"


def full_text_follows_the_summary(rss) -> Iterator[str]:
    """RSS profile, "content:encoded": only together with, and after, a description."""
    for item in rss.iter("item"):
        names = [etree.QName(e).localname for e in item]
        if "encoded" not in names or "description" not in names[: names.index("encoded")]:
            yield "full text without a description before it"


def authors_are_mail_addresses(rss) -> Iterator[str]:
    """RSS 2.0, "author", "managingEditor", "webMaster"."""
    for name in ("author", "managingEditor", "webMaster"):
        for element in rss.iter(name):
            if "@" not in (element.text or ""):
                yield f"{name} without a mail address"


def language_is_told(rss) -> Iterator[str]:
    """RSS 2.0, "language"."""
    if rss.findtext("channel/language") not in ("sv", "en"):
        yield "no language"


def channel_comes_before_items(rss) -> Iterator[str]:
    """RSS profile, "channel": its own elements stand before the first item."""
    names = [e.tag for e in rss[0]]
    if "item" in names and set(names[names.index("item") :]) != {"item"}:
        yield "channel elements between the items"


def only_known_elements(rss) -> Iterator[str]:
    """RSS 2.0: no textInput; Media RSS: `license` is told by copyright, which validators know."""
    for name in ("textInput", f"{{{NS['media']}}}license"):
        if rss.find(f".//{name}") is not None:
            yield f"{name} is not wanted"


def media_are_whole(rss) -> Iterator[str]:
    """Media RSS 1.5.1, "media:content" and "media:group": true facts; a group has two or more of the same thing."""
    for content in rss.iterfind(".//media:content", NS):
        if not all(content.get(name) for name in ("url", "type", "medium", "fileSize", "width", "height")):
            yield "media content without all its facts"
    for group in rss.iterfind(".//media:group", NS):
        if len(group.findall("media:content", NS)) < 2:
            yield "a group of one"
    for holder in (*rss.iterfind(".//media:group", NS), *rss.iterfind(".//item/media:content", NS)):
        for name in ("title", "description", "credit", "copyright"):
            if not holder.findtext(f"media:{name}", namespaces=NS):
                yield f"picture without {name}"


RULES: tuple[Rule, ...] = (
    channel_is_whole,
    items_say_something,
    dates_are_rfc_822,
    guids_are_no_links,
    one_self_link,
    enclosures_are_whole,
    addresses_are_absolute,
    full_text_follows_the_summary,
    authors_are_mail_addresses,
    language_is_told,
    channel_comes_before_items,
    only_known_elements,
    media_are_whole,
)

BROKEN = [
    (channel_is_whole, '<rss version="2.0"><channel><title>x</title><link>https://x</link></channel></rss>'),
    (items_say_something, "<item><title>x</title></item>"),
    (dates_are_rfc_822, "<item><pubDate>sön, 04 maj 2031 10:00:00 +0200</pubDate></item>"),
    (dates_are_rfc_822, "<item><pubDate>Sun, 04 May 2031 10:00:00 +0100</pubDate></item>"),
    (guids_are_no_links, "<item><guid>tag:example.se,2031:x</guid></item>"),
    (guids_are_no_links, "<item/>"),
    (one_self_link, "<item/>"),
    (enclosures_are_whole, '<item><enclosure url="https://x" type="image/jpeg"/></item>'),
    (enclosures_are_whole, '<item><enclosure url="https://x" type="a/b" length="1"/><enclosure/></item>'),
    (addresses_are_absolute, '<item><c:encoded>&lt;a href="/x/">x&lt;/a></c:encoded></item>'),
    (addresses_are_absolute, '<item><c:encoded>&lt;img srcset="https://x 1x, /y 2x"></c:encoded></item>'),
    (addresses_are_absolute, "<item><link>/x/</link></item>"),
    (full_text_follows_the_summary, "<item><c:encoded>x</c:encoded><description>x</description></item>"),
    (authors_are_mail_addresses, "<item><author>Kim</author></item>"),
    (language_is_told, "<item/>"),
    (channel_comes_before_items, "<item/><title>x</title>"),
    (only_known_elements, "<item><m:license>x</m:license></item>"),
    (media_are_whole, '<item><m:group><m:content url="https://x"/></m:group></item>'),
]


@pytest.fixture(scope="module")
def feeds(files) -> dict[str, etree._Element]:
    return {path: etree.fromstring(data) for path, data in files.items() if path.endswith(".rss")}


def item_of(feed, id: str):
    return next(item for item in feed.iter("item") if item.findtext("guid").endswith(f":{id}"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_feed_keeps_the_rule(rule, feeds):
    assert {path: faults for path, feed in feeds.items() if (faults := list(rule(feed)))} == {}


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_the_rule_catches_a_fault(rule, broken):
    spaces = f'xmlns:c="{NS["content"]}" xmlns:m="{NS["media"]}"'
    if not broken.startswith("<rss"):
        broken = f'<rss version="2.0" {spaces}><channel>{broken}</channel></rss>'
    assert list(rule(etree.fromstring(broken)))


def test_every_rule_is_shown_a_fault():
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_self_is_the_address_it_lies_at(feeds):
    for path, feed in feeds.items():
        assert feed.find("channel/atom:link[@rel='self']", NS).get("href") == f"https://press.example.se/{path}"


def test_the_channels_link_is_its_page(feeds):
    assert feeds["nyckelord/vatten/feed.rss"].findtext("channel/link") == "https://press.example.se/nyckelord/vatten/"
    assert feeds["en/feed.rss"].findtext("channel/link") == "https://press.example.se/en/"


def test_the_archive_is_linked_backwards(feeds):
    """RFC 5005, section 4."""

    def links(path: str) -> dict[str, str]:
        found = feeds[path].findall("channel/atom:link", NS)
        return {link.get("rel"): link.get("href").removeprefix("https://press.example.se/") for link in found}

    assert links("feed.rss") == {"self": "feed.rss", "prev-archive": "feed-2.rss"}
    assert links("feed-2.rss") == {"self": "feed-2.rss", "current": "feed.rss", "prev-archive": "feed-1.rss"}
    assert links("feed-1.rss") == {"self": "feed-1.rss", "current": "feed.rss"}
    archives = {path for path, feed in feeds.items() if feed.find("channel/fh:archive", NS) is not None}
    assert archives == {path for path in feeds if re.search(r"feed-\d+\.rss", path)}


def test_an_item_has_the_releases_facts(feeds, full):
    item = item_of(feeds["feed.rss"], "alltallt")
    release = full.by_id["alltallt"]
    assert item.findtext("title") == release.title
    assert unescape(item.findtext("description")) == release.lead
    assert item.findtext("link") == "https://press.example.se/pressmeddelanden/2031/allt/"
    assert item.findtext("dc:creator", namespaces=NS) == "Exempelmyndigheten"
    assert item.findtext("dc:identifier", namespaces=NS) == "1.1-2031-000123"
    assert item.findtext("pubDate") == "Sun, 04 May 2031 10:00:00 +0200"
    assert item.findtext("atom:updated", namespaces=NS) == "2031-05-05T10:00:00+02:00"
    root = "https://press.example.se/"
    assert [(c.get("domain"), c.text) for c in item.findall("category")] == [
        (f"{root}nyckelord/", "Vatten"),
        (f"{root}nyckelord/", "Luft"),
        (f"{root}typ/", "Pressmeddelande"),
        (f"{root}malgrupp/", "Media"),
    ]


def test_pictures_are_told_with_all_that_goes_with_them(feeds, full):
    item = item_of(feeds["feed.rss"], "alltallt")
    first, second = full.by_id["alltallt"].images
    enclosure = item.find("enclosure")
    assert (enclosure.get("url"), enclosure.get("length"), enclosure.get("type")) == (
        full.site.absolute(first.original.address),
        str(first.original.bytes),
        "image/jpeg",
    )
    group, other = item.findall("media:group", NS)
    assert [(c.get("url"), c.get("fileSize"), c.get("width"), c.get("height")) for c in group[:2]] == [
        (full.site.absolute(file.address), str(file.bytes), str(file.width), str(file.height))
        for file in (first.web, first.original)
    ]
    assert group.findtext("media:title", namespaces=NS) == first.caption
    assert group.findtext("media:description", namespaces=NS) == first.alt
    assert group.findtext("media:credit", namespaces=NS) == first.credit
    assert other.findtext("media:title", namespaces=NS) == second.alt
    assert other.find("media:copyright", NS).get("url") == second.terms.url


def test_a_document_is_the_enclosure_when_there_is_no_picture():
    document = a_document()
    feed = etree.fromstring(built(a_newsroom(releases=[a_release(documents=(document,))]))["feed.rss"])
    assert feed.find(".//enclosure").get("length") == str(document.download.bytes)


def test_markup_in_plain_text_is_written_as_references(files):
    """RSS profile, "Character Data"."""
    assert b"<title>Allt &#x3C;b&#x3E;p\xc3\xa5&#x3C;/b&#x3E; en g\xc3\xa5ng &#x26; mer</title>" in files["feed.rss"]
    assert b"<content:encoded>&lt;p&gt;" in files["feed.rss"]


def test_a_reader_sees_what_was_written(files, full):
    read = feedparser.parse(files["feed.rss"])
    assert not read.bozo
    assert read.feed.title == "Exempelmyndigheten – pressrum"
    assert read.feed.language == "sv"
    assert read.feed.updated_parsed[:5] == (2031, 5, 6, 8, 0)
    seen = {entry.id: entry for entry in read.entries}
    assert len(seen) == len(read.entries)
    entry = seen["tag:example.se,2031:alltallt"]
    assert entry.published_parsed[:5] == (2031, 5, 4, 8, 0)
    assert entry.updated_parsed[:5] == (2031, 5, 5, 8, 0)
    assert "https://press.example.se/pressmeddelanden/2031/annat/" in entry.content[0].value


def test_an_empty_feed_is_valid():
    feed = etree.fromstring(built(a_newsroom())["feed.rss"])
    assert [fault for rule in RULES for fault in rule(feed)] == []
    assert feed.findtext("channel/lastBuildDate") == "Wed, 01 Jan 2031 01:00:00 +0100"


def test_winter_has_its_own_offset():
    published = a_release().published - timedelta(days=120)
    feed = etree.fromstring(built(a_newsroom(releases=[a_release(published=published)]))["feed.rss"])
    assert feed.findtext(".//pubDate").endswith("+0100")

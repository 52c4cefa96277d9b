"""A withdrawn release: its address stays and says why, and nothing of what it said is left anywhere on the site."""

import json
import re
from datetime import datetime, timedelta
from io import BytesIO

import feedparser
import pytest
from lxml import etree
from PIL import Image

from tests.building import NOW, build, files
from tests.texts import Text, content_of, picture

AT = NOW - timedelta(days=1)
FRONT = """\
---
id: withdra0
type: pressmeddelande
audiences: [media]
published: 2026-02-01T10:00:00Z
title: Rubriken
lead: Ingressord här.
keywords: [alfa, gamma]
images: [{file: bildfil.png, alt: Altord, caption: Bildtextord, credit: Fotograford, terms: fri}]
documents: [{file: dokumentfil.pdf, title: Dokumentord}]
links: [{text: Länkord, url: "https://example.org/lankadress"}]
corrections:
  - {at: 2026-02-02T10:00:00Z, kind: correction, text: Rättades., changes: [{before: Föreord, after: Efterord}]}
"""
WITHDRAWN = f"withdrawn: {{at: {AT.isoformat()}, kind: withdrawn, reason: Orsaksord.}}\n"
BODY = """---
Brödtextord om saken.

![](bildfil.png)

## Mellanrubriksord
"""
ENGLISH = """\
---
title: The headline
lead: Leadword here.
images: [{file: bildfil.png, alt: Altword}]
of_revision: 1
---
Bodyword about it.
"""
SAID = [
    "ingressord", "altord", "bildtextord", "fotograford", "bildfil", "dokumentord", "dokumentfil", "länkord",
    "lankadress", "föreord", "efterord", "brödtextord", "mellanrubriksord", "leadword", "bodyword", "altword",
]  # fmt: skip
HOME, ENGLISH_HOME = "pressmeddelanden/2026/rubriken/", "en/releases/2026/rubriken/"


def a_content(root, withdrawn):
    """One release with everything, of which a translation, another release's link and a long archive tell."""
    others = [
        Text(f"annat-{n:02}", f"other0{n:02}", f"2026-03-{day:02}T10:00:00Z", ("alfa",), None, False, None, f"annat{n}")
        for n, day in enumerate([*range(1, 29), *range(1, 18)])
    ]
    content = content_of(root, others)
    folder = content / "releases/2026/rubriken"
    folder.mkdir(parents=True)
    (folder / "sv.md").write_text(FRONT + (WITHDRAWN if withdrawn else "") + BODY, encoding="utf-8")
    (folder / "en.md").write_text(ENGLISH, encoding="utf-8")
    (folder / "bildfil.png").write_bytes(picture("maroon"))
    (folder / "dokumentfil.pdf").write_bytes(b"%PDF-1.4\nbr\xc3\xb6dtextord\n%%EOF\n")
    other = content / "releases/2026/annat-00/sv.md"
    other.write_text(other.read_text(encoding="utf-8") + "\n[Se även](../rubriken/sv.md)\n", encoding="utf-8")
    return content


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """The site before the withdrawal, and the same output folder after it."""
    root = tmp_path_factory.mktemp("withdrawal")
    before = files(build(a_content(root, withdrawn=False), root / "output", now=AT - timedelta(minutes=1)))
    after = files(build(a_content(root, withdrawn=True), root / "output"))
    return before, after


def words_of(data):
    return json.dumps(json.loads(data), ensure_ascii=False) if data[:1] in b"[{" else data.decode("utf-8", "replace")


def test_nothing_that_it_said_is_left_in_any_file_or_name(sites):
    before, after = sites
    for word in SAID:
        assert any(word in words_of(data).lower() or word in path for path, data in before.items()), word
        found = [path for path, data in after.items() if word in words_of(data).lower() or word in path.lower()]
        assert found == [], word
    assert not any(path.endswith((".png", ".jpg", ".webp")) and is_maroon(data) for path, data in after.items())


def is_maroon(data):
    with Image.open(BytesIO(data)) as found:
        return found.convert("RGB").getpixel((1, 1))[0] > 100


@pytest.mark.parametrize(("home", "title"), [(HOME, "Rubriken"), (ENGLISH_HOME, "The headline")])
def test_every_address_stays_and_says_why(sites, home, title):
    before, after = sites
    names = ("index.html", "release.txt", "release.json")
    assert {path for path in after if path.startswith(home)} == {f"{home}{name}" for name in names}
    assert {f"{home}{name}" for name in names} <= before.keys()
    for name in names:
        said = words_of(after[f"{home}{name}"])
        assert title in said and "Orsaksord" in said
    record = json.loads(after[f"{home}release.json"])
    assert (record["lead"], record["body_html"], record["images"], record["documents"]) == (None, None, [], [])
    assert record["withdrawn"]["reason"] == "Orsaksord." and record["revision"] == 3
    assert all("changes" not in correction for correction in record["corrections"])


def test_the_page_is_not_offered_to_search_engines_by_what_it_said(sites):
    page = words_of(sites[1][f"{HOME}index.html"])
    assert 'name="description"' not in page and "og:description" not in page
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert "description" not in data and "articleBody" not in data


def test_nobody_is_led_to_it_from_what_is_latest(sites):
    for path in ("senaste.json", "en/senaste.json"):
        assert HOME not in words_of(sites[1][path])


def test_lists_say_that_it_is_withdrawn(sites):
    shown = [path for path, data in sites[1].items() if path.endswith("index.html") and f'"/{HOME}"' in data.decode()]
    lists = [path for path in shown if path.startswith(("nyckelord/", "typ/", "malgrupp/", "pressmeddelanden/"))]
    assert {path.split("/")[0] for path in lists} >= {"nyckelord", "typ", "malgrupp", "pressmeddelanden"}
    for path in lists:
        if not path.startswith((HOME, "pressmeddelanden/2026/annat")):
            assert "Återkallat" in sites[1][path].decode(), path


ATOM = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}


def test_atom_tells_it_with_a_tombstone_and_readers_see_what_has_happened(sites):
    """RFC 6721: the reference is the entry's id, and the reason stands in it; nothing of the entry is left."""
    before, after = sites
    feeds = [path for path, data in before.items() if path.endswith(".atom") and b"withdra0<" in data]
    assert len(feeds) >= 4 and any(re.search(r"feed-\d", path) for path in feeds)
    for path in feeds:
        feed = etree.fromstring(after[path])
        (grave,) = feed.xpath("at:deleted-entry[contains(@ref, ':withdra0')]", namespaces=ATOM)
        (entry,) = etree.fromstring(before[path]).xpath("a:entry[a:id[contains(., ':withdra0')]]", namespaces=ATOM)
        assert grave.get("ref") == entry.findtext("a:id", namespaces=ATOM)
        assert datetime.fromisoformat(grave.get("when")) == AT
        assert "Orsaksord." in grave.findtext("at:comment", namespaces=ATOM)
        (told,) = feed.xpath("a:entry[a:id[contains(., ':withdra0')]]", namespaces=ATOM)
        assert datetime.fromisoformat(told.findtext("a:updated", namespaces=ATOM)) == AT


def test_rss_and_json_tell_it_as_the_same_item_updated(sites):
    before, after = sites
    for path in before:
        if path.endswith(".rss") and b"withdra0<" in before[path]:
            old, new = (item_of(feedparser.parse(site[path])) for site in sites)
            assert old.id == new.id and new.updated_parsed > old.updated_parsed
            assert "Orsaksord." in new.summary
        if path.split("/")[-1].startswith("feed") and path.endswith(".json") and b"withdra0" in before[path]:
            (item,) = (i for i in json.loads(after[path])["items"] if ":withdra0" in i["id"])
            assert item["_pressroom"]["withdrawn"]["reason"] == "Orsaksord."
            assert item["date_modified"] > item["date_published"]
            assert "attachments" not in item and "image" not in item


def item_of(feed):
    (item,) = (entry for entry in feed.entries if ":withdra0" in entry.id)
    return item


def test_open_data_and_notices_follow(sites):
    remembered = json.loads(sites[1]["public/2026.json"])["releases"]["withdra0"]
    assert (remembered["withdrawn"], remembered["revision"]) == (True, 3)
    notices = json.loads(sites[1]["notices.json"])["notices"]
    assert [notice["kind"] for notice in notices if notice["id"] == "withdra0"] == ["withdrawal"]

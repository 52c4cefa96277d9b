from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from plugins.importing import calendar, feed
from plugins.importing.calendar import Calendar, Unclear
from plugins.importing.found import Unreadable

CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"), ("sv", "en"))

RSS = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Provverket</title><link>https://old.example/</link><description>Nyheter</description><language>sv-SE</language>
<item>
<title>Vattnet &amp;amp; luften</title>
<link>https://old.example/nyheter/1</link><guid isPermaLink="false">urn:1</guid>
<pubDate>Fri, 14 Mar 2025 08:34:36 GMT</pubDate>
<category>Vatten</category><category>Luft</category>
<description>&lt;p&gt;Ingressen.&lt;/p&gt;</description>
<content:encoded>&lt;p&gt;Ingressen.&lt;/p&gt;&lt;h3&gt;Mellan&lt;/h3&gt;&lt;p&gt;Text med
&lt;a href="/mer"&gt;länk&lt;/a&gt;.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</content:encoded>
<enclosure url="https://old.example/bild.jpg" type="image/jpeg" length="1"/>
</item>
<item><title>Bara ingress</title><link>https://old.example/nyheter/2</link>
<pubDate>Fri, 14 Mar 2025 08:34:36</pubDate><description>Kort.</description></item>
</channel></rss>
"""

ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>News</title><id>urn:f</id>
<updated>2025-03-14T09:34:36+01:00</updated>
<entry><title>Water</title><id>urn:e</id><link href="https://old.example/en/1"/>
<updated>2025-03-15T09:34:36+01:00</updated>
<content type="html">&lt;p&gt;First.&lt;/p&gt;&lt;p&gt;Second.&lt;/p&gt;</content></entry></feed>
"""


def read(text):
    return feed.read(text.encode(), "flode.xml", CALENDAR)


def test_rss_is_read_whole():
    first, _ = read(RSS)
    assert first.title == "Vattnet & luften"
    assert first.published == datetime(2025, 3, 14, 8, 34, 36, tzinfo=UTC)
    assert first.lead == "Ingressen."
    assert first.body == "## Mellan\n\nText med\n[länk](https://old.example/mer)."
    assert first.keywords == ("Vatten", "Luft")
    assert first.address == "https://old.example/nyheter/1"
    assert first.language == "sv"
    assert [picture.url for picture in first.pictures] == ["https://old.example/bild.jpg"]


def test_what_is_only_a_lead_has_no_body():
    _, second = read(RSS)
    assert (second.lead, second.body) == ("Kort.", "")


def test_a_time_without_offset_is_not_certain():
    _, second = read(RSS)
    assert second.published == Unclear("Fri, 14 Mar 2025 08:34:36", calendar.NO_OFFSET)


def test_a_time_of_change_is_no_time_of_publication():
    (one,) = read(ATOM)
    assert one.published == Unclear("2025-03-15T09:34:36+01:00", feed.ONLY_CHANGED)
    assert (one.lead, one.body, one.language) == ("First.", "Second.", "en")


def test_ids_follow_the_feeds_own():
    moved = RSS.replace("https://old.example/nyheter/1", "https://new.example/1")
    assert read(RSS)[0].id == read(moved)[0].id != read(RSS)[1].id


def test_a_feed_that_is_not_well_formed_is_read_with_a_doubt():
    first = read(RSS.replace("<category>Luft</category>", "<category>Luft & ljus</category>"))[0]
    assert first.title == "Vattnet & luften"
    assert feed.NOT_WELL_FORMED in [doubt.message for doubt in first.doubts]


@pytest.mark.parametrize("broken", ["", "<broken>"])
def test_entities_are_refused(broken):
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    text = RSS.replace("<rss ", f"{bomb}<rss ").replace("Ingressen", "&b;") + broken
    with pytest.raises(Unreadable, match="entities"):
        read(text)


def test_a_feed_without_items_is_refused():
    with pytest.raises(Unreadable):
        read("<rss version='2.0'><channel><title>x</title></channel></rss>")


def test_no_file_is_opened_for_bytes_that_look_like_its_name(tmp_path):
    file = tmp_path / "feed.xml"
    file.write_text(RSS, encoding="utf-8")
    with pytest.raises(Unreadable):
        feed.read(bytes(file), "flode.xml", CALENDAR)

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from plugins.newsroom import Newsroom, Site, opened
from plugins.pages import sitemaps
from plugins.pages.outputs import outputs
from plugins.pages.sitemaps import IMAGE, SITEMAP, XHTML
from tests.nouns import (
    PUBLISHED,
    a_correction,
    a_keyword,
    a_newsroom,
    a_page,
    a_release,
    a_stage,
    a_withdrawal,
    an_assignment,
    an_audience,
    an_image,
    with_translation,
)

W3C_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def a_full_newsroom(**changes: Any) -> Newsroom:
    old = a_release(id="aaaaaaaa", slug="forr", published=PUBLISHED.replace(year=2030, month=1))
    new = with_translation(a_release(keywords=(a_keyword(),), images=(an_image("å&b.jpg"),)))
    return a_newsroom(
        **{"releases": [old, *new], "assignments": [an_assignment()], "pages": [a_page()], **changes},
    )


def files(newsroom: Newsroom) -> dict[str, ET.Element]:
    return {output.path: ET.fromstring(output.render()) for output in opened(sitemaps.outputs(a_stage(newsroom)))}


def locations(root: ET.Element) -> list[str]:
    return [str(loc.text) for loc in root.iterfind(f"*/{{{SITEMAP}}}loc")]


def lastmod(root: ET.Element, address: str) -> str | None:
    url = next(url for url in root if url.findtext(f"{{{SITEMAP}}}loc") == f"https://press.example.se/{address}")
    return url.findtext(f"{{{SITEMAP}}}lastmod")


def test_there_is_a_file_per_year_one_for_the_rest_and_an_index_of_them() -> None:
    found = files(a_full_newsroom())
    assert set(found) == {"sitemap.xml", "sitemap-2030.xml", "sitemap-2031.xml", "sitemap-pages.xml"}
    assert found["sitemap.xml"].tag == f"{{{SITEMAP}}}sitemapindex"
    assert set(locations(found["sitemap.xml"])) == {
        f"https://press.example.se/{path}" for path in found if path != "sitemap.xml"
    }


@pytest.mark.parametrize("site", ["https://press.example.se", "https://example.se/press"])
def test_every_file_keeps_to_the_protocol(site: str) -> None:
    """The rules of sitemaps.org/protocol.html, and of Google's for alternates and pictures."""
    newsroom = a_full_newsroom(site=Site(site))
    for output in opened(sitemaps.outputs(a_stage(newsroom))):
        data = output.render()
        assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')
        assert len(data) <= 50 * 1024 * 1024
        root = ET.fromstring(data)
        assert root.tag in (f"{{{SITEMAP}}}urlset", f"{{{SITEMAP}}}sitemapindex")
        assert len(root) <= 50_000
        for entry in root:
            order = [child.tag for child in entry]
            assert order[0] == f"{{{SITEMAP}}}loc"
            assert set(order) <= {
                f"{{{SITEMAP}}}loc", f"{{{SITEMAP}}}lastmod", f"{{{XHTML}}}link", f"{{{IMAGE}}}image",
            }  # fmt: skip
            assert order.count(f"{{{SITEMAP}}}lastmod") <= 1
            for moment in entry.iterfind(f"{{{SITEMAP}}}lastmod"):
                assert W3C_DATETIME.fullmatch(str(moment.text))
        addresses = locations(root)
        assert len(addresses) == len(set(addresses))
        pictures = [str(loc.text) for loc in root.iter(f"{{{IMAGE}}}loc")]
        alternates = [link.get("href", "") for link in root.iter(f"{{{XHTML}}}link")]
        for address in (*addresses, *pictures, *alternates):
            assert address.startswith(f"{site}/")
            assert address.isascii()
            assert " " not in address
            assert len(address) < 2048


def test_every_page_is_named_and_nothing_else() -> None:
    releases = [
        *with_translation(a_release(keywords=(a_keyword(),), audiences=(an_audience(),))),
        a_release(id="aaaaaaaa", slug="forr", year=2030, withdrawn=a_withdrawal()),
    ]
    newsroom = a_newsroom(releases=releases, assignments=[an_assignment()], pages=[a_page()])
    named = [address for path, root in files(newsroom).items() if path != "sitemap.xml" for address in locations(root)]
    pages = {output.path for output in opened(outputs(a_stage(newsroom))) if output.path.endswith("index.html")}
    assert set(named) == {newsroom.site.absolute(path.removesuffix("index.html")) for path in pages}
    assert len(named) == len(set(named))


def test_versions_name_each_other_and_themselves() -> None:
    for root in files(a_full_newsroom()).values():
        versions = {
            str(url.findtext(f"{{{SITEMAP}}}loc")): {
                link.get("hreflang"): link.get("href") for link in url.iterfind(f"{{{XHTML}}}link")
            }
            for url in root
        }
        for address, links in versions.items():
            if links:
                assert address in links.values()
                assert all(versions[str(other)] == links for other in links.values())


def test_pictures_are_named_until_the_release_is_withdrawn() -> None:
    def pictures(**changes: Any) -> list[str | None]:
        root = files(a_newsroom(releases=[a_release(images=(an_image(),), **changes)]))["sitemap-2031.xml"]
        return [loc.text for loc in root.iter(f"{{{IMAGE}}}loc")]

    assert pictures() == ["https://press.example.se/pressmeddelanden/2031/ett-exempel/bild-960.jpg"]
    assert pictures(withdrawn=a_withdrawal()) == []


def test_lastmod_is_the_last_change_that_readers_are_told_of() -> None:
    corrected = a_release(keywords=(a_keyword(),), corrections=(a_correction(),))
    later = a_release(id="zzzzzzzz", slug="senare", published=PUBLISHED + timedelta(hours=1))
    found = files(a_newsroom(releases=[corrected, later], pages=[a_page()]))
    year, pages = found["sitemap-2031.xml"], found["sitemap-pages.xml"]

    assert lastmod(year, "pressmeddelanden/2031/ett-exempel/") == "2031-05-05T10:00:00+02:00"
    assert lastmod(year, "pressmeddelanden/2031/senare/") == "2031-05-04T11:00:00+02:00"
    assert lastmod(pages, "nyckelord/vatten/") is None  # a list that changes with every release
    assert lastmod(pages, "") is None
    assert lastmod(pages, "om/") == "2030-01-01T09:00:00+01:00"
    assert lastmod(pages, "kontakt/") is None
    assert lastmod(found["sitemap.xml"], "sitemap-2031.xml") == "2031-05-05T10:00:00+02:00"
    decided = files(a_newsroom(assignments=[an_assignment(corrections=(a_correction(),))]))["sitemap-pages.xml"]
    assert lastmod(decided, "regeringsuppdrag/2030/ett-uppdrag/") == "2031-05-05T10:00:00+02:00"


def test_the_latest_is_the_latest_whatever_its_offset() -> None:
    before_the_clocks_change = PUBLISHED.replace(month=10, day=26, hour=2, minute=30, fold=0)
    after = before_the_clocks_change.replace(hour=2, minute=10, fold=1)
    releases = [
        a_release(published=before_the_clocks_change),
        a_release(id="zzzzzzzz", slug="senare", published=after),
    ]
    assert lastmod(files(a_newsroom(releases=releases))["sitemap.xml"], "sitemap-2031.xml") == (
        "2031-10-26T02:10:00+01:00"
    )


def test_only_topics_that_releases_have_are_named() -> None:
    found = " ".join(locations(files(a_full_newsroom())["sitemap-pages.xml"]))
    assert "/nyckelord/vatten/" in found
    assert "/en/keywords/vatten/" in found
    assert "/nyckelord/luft/" not in found
    assert "/typ/nyhet/" not in found


def test_assignments_have_a_list_only_if_there_are_any() -> None:
    assert "https://press.example.se/regeringsuppdrag/" in locations(files(a_full_newsroom())["sitemap-pages.xml"])
    assert "regeringsuppdrag" not in " ".join(locations(files(a_newsroom())["sitemap-pages.xml"]))


def test_a_new_release_leaves_older_years_alone() -> None:
    old = a_release(id="aaaaaaaa", slug="forr", published=PUBLISHED.replace(year=2030))

    def inputs(*releases: Any) -> dict[str, Any]:
        newsroom = a_newsroom(releases=[old, *releases])
        return {output.path: output.inputs for output in opened(sitemaps.outputs(a_stage(newsroom)))}

    before, after = inputs(), inputs(a_release())
    assert {path for path in after if before.get(path) != after[path]} == {"sitemap.xml", "sitemap-2031.xml"}

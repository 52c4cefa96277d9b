"""What stops an edition, what asks for a yes, and what is only told."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from plugins.newsroom import Site
from plugins.publishing import gates
from plugins.publishing.gates import Passage, Secret, judged
from plugins.publishing.leads import Leads
from plugins.publishing.links import Links, file_at
from plugins.publishing.manifest import Manifest
from plugins.publishing.memory import Memory
from plugins.publishing.plan import Plan
from plugins.publishing.shipment import Dock
from tests.building import NOW, SAMPLE, build
from tests.publishing.editions import shipped
from tests.publishing.test_memory import entry, year

SITE = Site("https://press.example.se")


def passage(folder, files, *, held=None, before=None, site=SITE, secrets=(), now=NOW):
    files = {"r/2031/a/index.html": b"a", **files}
    shipment = shipped(folder, {"public/2031.json": year({"a": entry()}), **files})
    held = shipped(folder / "held", held).manifest if held is not None else Manifest()
    return Passage(
        shipment=shipment,
        plan=Plan.of(held, shipment.manifest),
        before=Memory.of([before]) if before else Memory(),
        after=Memory.of_shipment(shipment),
        site=site,
        secrets=tuple(secrets),
        now=now,
    )


def told(gate, given):
    return [f"{fault.source}: {fault.sentence()}" for fault in gate(given)]


def page(html):
    return f"<!DOCTYPE html><html><body>{html}</body></html>".encode()


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A whole press room, built as it is published for the first time."""
    folder = tmp_path_factory.mktemp("real")
    output = build(SAMPLE / "everything", folder / "output")
    shipment = Dock(folder / "dock").prepare(output, compressed=False)
    url = next(line.split(": ", 1)[1] for line in (SAMPLE / "everything/newsroom.yaml").read_text().splitlines()
               if line.startswith("url: "))  # fmt: skip
    return Passage(
        shipment=shipment,
        plan=Plan.of(Manifest(), shipment.manifest),
        before=Memory(),
        after=Memory.of_shipment(shipment),
        site=Site(url),
        secrets=(),
        now=NOW,
    )


def test_a_whole_press_room_passes(real):
    verdict = judged(real)
    assert [f"{fault.source}: {fault.sentence()}" for fault in (*verdict.stops, *verdict.asks)] == []
    assert len(real.after.texts) > 3


def test_it_passes_again_when_nothing_has_changed(real):
    again = Plan.of(real.shipment.manifest, real.shipment.manifest)
    kept = Passage(
        shipment=real.shipment, plan=again, before=real.after, after=real.after, site=real.site, secrets=(), now=NOW
    )
    assert again.is_empty and judged(kept).stops == judged(kept).asks == ()


def test_no_address_vanishes(tmp_path):
    before = year({"a": entry("/r/2031/before/"), "b": entry("/r/2030/b/", moved_from=["/node/1"])})
    assert told(gates.addresses_stay, passage(tmp_path, {}, before=before)) == [
        "/r/2031/before/: this was public and leads nowhere now; write it in moved_from of a",
        "/r/2030/b/: b was public here and is gone; put it back, or withdraw it",
    ]


def test_an_address_with_a_redirect_page_or_another_spelling_stays(tmp_path):
    before = year({"a": entry("/r/2031/a/", moved_from=["/r%C3%A5d/x", "/old.html"])})
    files = {"r\xe5d/x/index.html": b"", "old.html": b""}
    assert told(gates.addresses_stay, passage(tmp_path, files, before=before)) == []


def test_ids_are_for_ever(tmp_path):
    given = passage(tmp_path, {}, before=year({"z": entry("/r/2031/a/")}))
    assert told(gates.identities_stay, given) == ["/r/2031/a/: what was public here as z is a now; ids never change"]
    twice = passage(tmp_path / "2", {"public/2030.json": year({"a": entry("/r/2030/a/")})})
    assert told(gates.identities_stay, twice) == [
        "/r/2031/a/: two texts have the id a; give the new one an id of its own"
    ]


def test_what_was_told_is_not_untold(tmp_path):
    withdrawn = passage(tmp_path / "1", {}, before=year({"a": entry(revision=2, withdrawn=True)}))
    assert told(gates.history_stays, withdrawn) == [
        "/r/2031/a/: a was withdrawn and would come back; publish it as a new text"
    ]
    corrected = passage(tmp_path / "2", {}, before=year({"a": entry(revision=2)}))
    assert told(gates.history_stays, corrected) == [
        "/r/2031/a/: a correction of a that was public is gone; put it back"
    ]


SECRET = Secret(source="releases/2032/hemlig/sv.md", address="r/2032/hemlig/", id="h3ml1gt0")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("r/2032/hemlig/bild.jpg", b"jpeg"),
        ("index.html", page('<a href="/r/2032/hemlig/">x</a>')),
        ("feed.atom", b"<id>tag:example.se,2025:h3ml1gt0</id>"),
        ("bilder/bild.png", b"PNG\x00h3ml1gt0\x00"),
    ],
)
def test_what_is_not_public_is_nowhere(tmp_path, path, data):
    assert len(told(gates.secrets_are_kept, passage(tmp_path, {path: data}, secrets=[SECRET]))) >= 1


def test_what_only_looks_like_a_secret_is_none(tmp_path):
    html = page("hemlig, xh3ml1gt0 and /er/2032/hemlig/ and /r/2032/hemligare/")
    files = {"index.html": html, "r/2032/hemligare/x": b""}
    assert told(gates.secrets_are_kept, passage(tmp_path, files, secrets=[SECRET])) == []


def test_the_original_of_an_embargoed_translation_may_be_public(tmp_path):
    translation = Secret(source="releases/2031/a/en.md", address="en/r/2031/a/", id=None)
    assert told(gates.secrets_are_kept, passage(tmp_path, {}, secrets=[translation])) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/nothing/">x</a>', "the link to /nothing/ leads to what isn't there"),
        ('<a href="https://press.example.se/nothing/">x</a>', "leads to what isn't there"),
        ("<a class=x href=nothing.html>x</a>", "leads to what isn't there"),
        ("<img alt='a > b' src='bild.jpg'>", "leads to what isn't there"),
        ('<img srcset="/r/2031/a/ 1w, /b.webp 2w">', "the link to /b.webp leads"),
        ('<a href="#nowhere">x</a>', "leads to a place that isn't on the page"),
        ('<a href="/other/#nowhere">x</a>', "leads to a place that isn't on the page"),
        ('<script src="/gone.js">var x = "</p>"</script>', "the link to /gone.js leads"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(tmp_path, html, expected):
    found = told(gates.links_hold, passage(tmp_path, {"index.html": page(html), "other/index.html": page("")}))
    assert len(found) == 1 and expected in found[0] and found[0].startswith("index.html: ")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/r/2031/a/">x</a><a href="r/2031/a">x</a><a href="https://elsewhere.example/nothing/">x</a>',
        '<p id="här">x</p><a href="#h%C3%A4r">x</a><a href="#top">x</a><a href="">x</a>',
        '<a href="mailto:a@example.se">x</a><a href="tel:+461">x</a><a href="/other/#a">x</a><a href="/?q=x">x</a>',
        '<!-- <a href="/nothing/"> --><script type="application/ld+json">{"x": "<a href=\\"/nothing/\\">"}</script>',
        "<p>text with href=\"/nothing/\" in it</p>",
        '<a href="/r/2031/a/#:~:text=a">x</a>',
    ],
)
def test_links_that_hold_are_not_told(tmp_path, html):
    files = {"index.html": page(html), "other/index.html": page('<p id="a">x</p>')}
    assert told(gates.links_hold, passage(tmp_path, files)) == []


def test_a_site_in_a_folder_answers_for_its_folder_only(tmp_path):
    html = page('<a href="/press/r/2031/a/">x</a><a href="/elsewhere/">x</a><a href="/press/nothing/">x</a>')
    found = told(gates.links_hold, passage(tmp_path, {"index.html": html}, site=Site("https://www.example.se/press")))
    assert found == ["index.html: the link to /press/nothing/ leads to what isn't there"]


PAGES = {
    "index.html": page('<a href="/x/">x</a>'),
    "deep/index.html": page('<a href="../y/#here">y</a>'),
    "x/index.html": page(""),
    "y/index.html": page('<p id="here">y</p>'),
    "z/index.html": page('<a href="/x/">x</a>'),
    "sitemap.xml": b"<urlset><url><loc>https://press.example.se/x/</loc></url></urlset>",
}
ONE, TWO = "the link to /x/ leads to what isn't there", "the link to ../y/#here leads to a place that isn't on the page"


def next_to_pass(folder, right, changes, leads):
    """Answer the passage of an edition that follows the one whose links were right, and the pages that were read."""
    files = {path: data for path, data in (PAGES | changes).items() if data is not None}
    return replace(passage(folder, files), right=right.shipment.manifest, leads=leads)


@pytest.mark.parametrize(
    ("changes", "read", "faults"),
    [
        ({}, [], []),
        ({"new/index.html": page('<a href="/y/#here">')}, ["new/index.html"], []),
        ({"y/index.html": page('<b id="here">y</b>')}, ["y/index.html"], []),
        (
            {"y/index.html": page('<b id="there">y</b>')},
            ["deep/index.html", "y/index.html"],
            [f"deep/index.html: {TWO}"],
        ),
        (
            {"x/index.html": None, "sitemap.xml": b"<urlset></urlset>"},
            ["index.html", "sitemap.xml", "z/index.html"],
            [f"index.html: {ONE}", f"z/index.html: {ONE}"],
        ),
        (
            {"x/index.html": None, "index.html": page(""), "z/index.html": page('<a href="/x">x</a>')},
            ["index.html", "sitemap.xml", "z/index.html"],
            ["sitemap.xml: the link to https://press.example.se/x/ leads to what isn't there",
             "z/index.html: the link to /x leads to what isn't there"],
        ),
    ],
)  # fmt: skip
def test_what_may_lead_astray_is_read_again_and_nothing_else(tmp_path, changes, read, faults):
    leads = Leads(tmp_path / "leads", SITE)
    right = replace(passage(tmp_path / "1", PAGES), leads=leads)
    assert told(gates.links_hold, right) == []
    given = next_to_pass(tmp_path / "2", right, changes, leads)
    links = Links(given.shipment, SITE)
    assert sorted(links.doubtful(given.right, leads)) == read
    assert told(gates.links_hold, given) == faults
    # and the same is found by who remembers nothing
    assert told(gates.links_hold, replace(given, right=Manifest(), leads=None)) == faults


def test_what_a_page_of_an_edition_that_never_was_published_leads_to_is_doubted(tmp_path):
    leads = Leads(tmp_path / "leads", SITE)
    right = replace(passage(tmp_path / "1", PAGES), leads=leads)
    assert told(gates.links_hold, right) == []
    new = {"n/index.html": page('<a href="/m/">m</a>')}
    assert told(gates.links_hold, next_to_pass(tmp_path / "2", right, {**new, "m/index.html": page("")}, leads)) == []
    assert told(gates.links_hold, next_to_pass(tmp_path / "3", right, new, leads)) == [
        "n/index.html: the link to /m/ leads to what isn't there"
    ]


@pytest.mark.parametrize("harm", ["lost", "damaged", "another site's"])
def test_without_its_memory_every_page_is_read(tmp_path, harm):
    file = tmp_path / "leads"
    right = replace(passage(tmp_path / "1", PAGES), leads=Leads(file, SITE))
    assert told(gates.links_hold, right) == []
    if harm == "lost":
        file.unlink()
    if harm == "damaged":
        file.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    leads = Leads(file, Site("https://other.example.se") if harm == "another site's" else SITE)
    given = next_to_pass(tmp_path / "2", right, {"x/index.html": None, "sitemap.xml": b""}, leads)
    assert told(gates.links_hold, given) == [f"index.html: {ONE}", f"z/index.html: {ONE}"]


def test_pages_of_editions_that_are_gone_are_forgotten(tmp_path):
    leads = Leads(tmp_path / "leads", SITE)
    old = replace(passage(tmp_path / "1", PAGES), leads=leads)
    new = next_to_pass(tmp_path / "2", old, {"y/index.html": page('<b id="here">y</b>')}, leads)
    for each in (old, new):
        assert told(gates.links_hold, each) == []
    leads.forget(new.shipment.manifest)
    assert leads.page("y/index.html", old.shipment.manifest.files["y/index.html"].sha256) is None
    assert leads.page("y/index.html", new.shipment.manifest.files["y/index.html"].sha256).places == {"here"}
    assert leads.known(new.shipment.manifest) == {"r/2031/a/index.html", *PAGES}


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>{}</id></entry><entry><id>{}</id></entry></feed>'
RSS = "<rss><channel><item><guid>{}</guid></item><item><guid>{}</guid></item></channel></rss>"
JSON = '{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": "{}"}}, {{"id": "{}"}}]}}'
ICS = "BEGIN:VCALENDAR\r\nUID:{}\r\nUID:{}\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(("path", "feed"), [("f.atom", ATOM), ("f.rss", RSS), ("feed.json", JSON), ("a.ics", ICS)])
def test_feeds_are_well_formed_and_their_ids_unique(tmp_path, path, feed):
    def of(data):
        return told(gates.data_is_well_formed, passage(tmp_path, {path: data.encode()}))

    assert of(feed.format("a", "b")) == []
    assert of(feed.format("a", "a")) == [f"{path}: two items have the id a"]
    assert "can't be read by machines" in of(feed.format("a", "b")[:-5])[0]


def test_the_security_contact_is_told_of_in_time(tmp_path):
    def verdict(days):
        expires = (NOW + timedelta(days=days)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        files = {gates.SECURITY: f"Contact: mailto:a@example.se\nExpires: {expires}\n".encode()}
        found = judged(passage(tmp_path, files))
        return [[fault.source for fault in part] for part in (found.stops, found.asks, found.tells)]

    assert verdict(31) == [[], [], []]
    assert verdict(29) == [[], [], [gates.SECURITY]]
    assert verdict(-1) == [[], [gates.SECURITY], []]


def test_many_changes_at_once_ask_for_a_yes(tmp_path, monkeypatch):
    monkeypatch.setattr(gates, "MANY_RELEASES", 2)
    many = {"public/2030.json": year({f"b{n}": entry(f"/r/2030/b{n}/") for n in range(3)})}
    assert told(gates.few_texts_change, passage(tmp_path, many, before=year({"a": entry()}))) == [
        ": 3 texts are new or changed at once; look at them first"
    ]
    assert told(gates.few_texts_change, passage(tmp_path, many)) == []  # the first time everything is new


def test_many_removals_and_lost_lists_ask_for_a_yes(tmp_path, monkeypatch):
    monkeypatch.setattr(gates, "MANY_REMOVALS", 2)
    held = {**{f"{n}.jpg": b"" for n in range(3)}, "nyckelord/x/index.html": b"", "r/2031/old/index.html": b""}
    given = passage(tmp_path, {}, held=held, before=year({"a": entry(moved_from=["/r/2031/old/"])}))
    assert told(gates.few_files_go, given) == [": 5 files are removed at once; look at them first"]
    assert told(gates.lists_stay, given) == [
        "nyckelord/x/index.html: this page is removed, and nothing leads its readers on"
    ]


def test_what_a_server_sends_for_an_address():
    manifest = Manifest(dict.fromkeys(["index.html", "a/index.html", "b.html"]))
    assert [file_at(a, manifest) for a in ("", "a/", "a", "b.html", "c")] == [
        "index.html", "a/index.html", "a/index.html", "b.html", None,
    ]  # fmt: skip

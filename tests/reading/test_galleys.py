"""Bodies that were rendered before: found again when nothing they depend on has changed, and only then."""

import json
from dataclasses import replace

import pytest

from plugins.newsroom import Site, fingerprint
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.reader import read
from plugins.reading.typesetting import bodies
from plugins.reading.typesetting import galleys as module
from plugins.reading.typesetting.bodies import MARKDOWN, Body, Links, render
from plugins.reading.typesetting.galleys import Galleys
from tests.nouns import an_image
from tests.reading.test_faults import NOW
from tests.texts import Text, content_of

MANUSCRIPT = Manuscript("releases/2031/x/sv.md", {}, {(): 1}, "[y](../y/sv.md)\n", 10)
TEXTS = {"releases/2031/y/sv.md": "pressmeddelanden/2031/y/"}
LINKS = Links(site=Site("https://press.example.se"), texts=TEXTS, others=frozenset(), sections=frozenset())


BODY = render(MANUSCRIPT, LINKS)


def kept(folder, options=MARKDOWN):
    galleys = Galleys(folder, options)
    key = galleys.key(MANUSCRIPT, LINKS)
    place = galleys.keep(key, MANUSCRIPT.source, BODY)
    galleys.lock()
    return galleys, key, place


def found(folder, key, texts=TEXTS):
    return Galleys(folder, MARKDOWN).find(key, MANUSCRIPT.source, texts)


def test_a_body_is_found_again(tmp_path):
    _, key, place = kept(tmp_path)
    assert Galleys(tmp_path, MARKDOWN).key(MANUSCRIPT, LINKS) == key
    assert found(tmp_path, key) == (place, BODY)
    assert Galleys(tmp_path, MARKDOWN).html(place, fingerprint(BODY.html)) == BODY.html


@pytest.mark.parametrize("texts", [{}, {"releases/2031/y/sv.md": "pressmeddelanden/2031/flyttat/"}])
def test_a_body_whose_link_leads_elsewhere_is_not(texts, tmp_path):
    _, key, _ = kept(tmp_path)
    assert found(tmp_path, key, texts) is None


def test_of_two_galleys_the_one_whose_links_lead_there_is_found(tmp_path):
    _, key, place = kept(tmp_path)
    moved = replace(BODY, led=dict.fromkeys(TEXTS, "pressmeddelanden/2031/flyttat/"))
    for _ in range(2):
        galleys = Galleys(tmp_path, MARKDOWN)
        galleys.keep(key, MANUSCRIPT.source, moved)
        galleys.lock()
    assert found(tmp_path, key) == (place, BODY)
    assert found(tmp_path, key, moved.led)[1] == moved


@pytest.mark.parametrize(
    "links",
    [
        replace(LINKS, site=Site("https://press.example.se/rum")),
        replace(LINKS, images=(an_image(),)),
        replace(LINKS, sections=frozenset({"om/"})),
    ],
)
def test_whatever_else_a_body_is_made_from_is_in_its_name(links, tmp_path):
    galleys, key, _ = kept(tmp_path)
    assert galleys.key(MANUSCRIPT, links) != key
    assert galleys.key(replace(MANUSCRIPT, body="Annat\n"), LINKS) != key
    assert galleys.key(replace(MANUSCRIPT, source="releases/2032/x/sv.md"), LINKS) != key
    assert Galleys(tmp_path, {"extensions": []}).key(MANUSCRIPT, LINKS) != key


def a_bit(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def bits(data):
    return [a_bit(data, at) for at in range(0, len(data), 7)]


def cuts(data):
    return [data[:length] for length in range(0, len(data), 7)]


def others(data):
    return [b"{}", b"[]" + (2).to_bytes(8, "big"), b"\xff" * 99, bytes(99), data + data]


def places(data):
    """Places that no file has."""
    end = len(data) - 8
    start = end - int.from_bytes(data[end:], "big")
    ((key, begin, length, digest, led),) = json.loads(data[start:end])
    moved = [[key, at, of, digest, led] for at, of in ((10**30, length), (begin, 10**30), (begin, 10**15), (-1, -1))]
    told = [json.dumps([galley]).encode() for galley in moved]
    return [data[:start] + about + len(about).to_bytes(8, "big") for about in told]


@pytest.mark.parametrize("damaged", [bits, cuts, others, places])
def test_a_damaged_forme_is_never_believed(damaged, tmp_path):
    """The body is found whole or not at all."""
    galleys, key, place = kept(tmp_path)
    (file,) = tmp_path.iterdir()
    for data in damaged(file.read_bytes()):
        file.write_bytes(data)
        assert found(tmp_path, key) in (None, (place, BODY))
        assert galleys.html(place, fingerprint(BODY.html)) in (None, BODY.html)


def test_a_changed_body_is_never_used(tmp_path):
    galleys, key, place = kept(tmp_path)
    (file,) = tmp_path.iterdir()
    changed = BODY.html.replace("y", "z").encode()
    file.write_bytes(file.read_bytes().replace(BODY.html.encode(), changed))
    assert found(tmp_path, key) is None
    assert galleys.html(place, fingerprint(BODY.html)) is None


def test_what_is_not_asked_for_is_forgotten(tmp_path):
    kept(tmp_path)
    (tmp_path / "0123456789abcdef0123456789abcdef").write_text("another program's")
    Galleys(tmp_path, MARKDOWN).prune()
    assert list(tmp_path.iterdir()) == []


def words(folder):
    return b"".join(file.read_bytes() for file in folder.iterdir())


def several(folder, texts=("one", "two", "three")):
    galleys = Galleys(folder, MARKDOWN)
    places = [galleys.keep(f"key of {text}", MANUSCRIPT.source, Body(f"<p>{text}</p>", {})) for text in texts]
    galleys.lock()
    return places


@pytest.mark.parametrize("gone", [[0], [1], [2], [0, 2]])
def test_of_a_forme_only_what_is_not_asked_for_is_forgotten(gone, tmp_path):
    places, texts = several(tmp_path), ["one", "two", "three"]
    galleys = Galleys(tmp_path, MARKDOWN)
    galleys.still_in_use([place for number, place in enumerate(places) if number not in gone])
    for _ in range(2):
        galleys.prune()
        assert len(list(tmp_path.iterdir())) == 1
        for number, (place, text) in enumerate(zip(places, texts, strict=True)):
            assert (text.encode() in words(tmp_path)) == (number not in gone)
            html = galleys.html(place, fingerprint(f"<p>{text}</p>"))
            assert html == (None if number in gone else f"<p>{text}</p>")
            found = Galleys(tmp_path, MARKDOWN).find(f"key of {text}", MANUSCRIPT.source, TEXTS)
            is_left_alone = len(gone) == 2  # in a forme that is named by another: it is set anew
            assert (found and found[0]) == (None if number in gone or is_left_alone else place)


def test_a_reading_that_goes_on_while_another_one_prunes_finds_its_bodies(tmp_path):
    places = several(tmp_path)
    reading, other = Galleys(tmp_path, MARKDOWN), Galleys(tmp_path, MARKDOWN)
    assert reading.html(places[0], fingerprint("<p>one</p>"))
    other.still_in_use(places[1:])
    other.prune()
    assert reading.html(places[1], fingerprint("<p>two</p>")) == "<p>two</p>"
    assert reading.html(places[0], fingerprint("<p>one</p>")) is None


def test_a_pruning_that_was_stopped_half_way_is_done_by_the_next(tmp_path):
    places = several(tmp_path)
    (before,) = tmp_path.iterdir()
    data = before.read_bytes()
    for _ in range(2):
        before.write_bytes(data)  # the new forme is written, and the old one not removed
        galleys = Galleys(tmp_path, MARKDOWN)
        galleys.still_in_use(places[1:])
        galleys.prune()
        assert b"one" not in words(tmp_path)
        assert galleys.html(places[2], fingerprint("<p>three</p>"))


def test_formes_hold_dozens_of_one_year_s_galleys(tmp_path):
    galleys = Galleys(tmp_path, MARKDOWN)
    for year in (2030, 2031):
        for number in range(100):
            galleys.keep(f"{year} {number}", f"releases/{year}/x{number}/sv.md", Body(f"<p>{number}</p>", {}))
    galleys.lock()
    numbers = sorted((name[:13], name.split(".")[2]) for name in (file.name for file in tmp_path.iterdir()))
    assert numbers == [(f"releases-{year}", number) for year in (2030, 2031) for number in ("36", "64")]
    again = Galleys(tmp_path, MARKDOWN)
    for number in range(100):
        found = again.find(f"2030 {number}", "releases/2030/another/en.md", {})
        assert found and found[1].html == f"<p>{number}</p>"


def test_galleys_that_lie_alone_are_looked_into_only_for_the_one_that_is_looked_for(tmp_path, monkeypatch):
    keys = [fingerprint(str(number)) for number in range(5)]
    for key in keys:
        galleys = Galleys(tmp_path, MARKDOWN)
        galleys.keep(key, MANUSCRIPT.source, Body(f"<p>{key}</p>", {}))
        galleys.lock()
    opened = []
    listed = module._galleys

    def noted(file):
        opened.append(file)
        return listed(file)

    monkeypatch.setattr(module, "_galleys", noted)
    again = Galleys(tmp_path, MARKDOWN)
    assert again.find(keys[3], MANUSCRIPT.source, {})[1].html == f"<p>{keys[3]}</p>"
    assert again.find(fingerprint("another"), MANUSCRIPT.source, {}) is None
    assert len(opened) == 1


def test_readings_that_are_not_kept_leave_no_more_than_the_first_one_did(tmp_path):
    """`press check` reads and keeps nothing."""
    texts = [Text(f"x{n}", f"public0{n}", "2026-03-01T10:00:00Z", (), None, False, None, f"ord{n}") for n in range(3)]
    content = content_of(tmp_path, texts)
    left = []
    for _ in range(3):
        read(content, now=NOW, cache=tmp_path / "cache")
        left.append(sorted(file.name for file in (tmp_path / "cache/bodies").iterdir()))
    assert left[0] == left[1] == left[2] != []


def test_a_second_reading_renders_nothing(tmp_path, monkeypatch):
    content = content_of(tmp_path, [Text("x", "public00", "2026-03-01T10:00:00Z", (), "teal", True, None, "ord")])
    first = read(content, now=NOW, cache=tmp_path / "cache")
    first.keep()

    def never(*args, **kwargs):
        raise AssertionError("rendered again")

    monkeypatch.setattr(bodies, "render", never)
    second = read(content, now=NOW, cache=tmp_path / "cache")
    for release in first.newsroom.releases:
        assert second.bodies.html(release) == first.bodies.html(release)

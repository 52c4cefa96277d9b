"""What travels, in which order; and what is known of a host."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.publishing.manifest import UNKNOWN, Item, Manifest
from plugins.publishing.plan import Phase, Plan, phase_of


def of(files):
    return Manifest({path: Item(sha, 1) for path, sha in files.items()})


@pytest.mark.parametrize(
    ("path", "is_new", "expected"),
    [
        ("theme/style.1a2b3c4d.css", True, Phase.ASSETS),
        ("theme/icon.svg", False, Phase.ASSETS),
        ("pressmeddelanden/2031/x/bild.jpg", True, Phase.ASSETS),
        ("pressmeddelanden/2031/x/rapport.pdf", False, Phase.ASSETS),
        ("pressmeddelanden/2031/x/index.html", True, Phase.NEW),
        ("nyckelord/vatten/index.html", True, Phase.NEW),
        ("nyckelord/vatten/feed.atom.gz", True, Phase.NEW),
        ("pressmeddelanden/2031/x/index.html", False, Phase.PAGES),
        ("en/releases/2031/x/release.json.br", False, Phase.PAGES),
        ("pressmeddelanden/2031/index.html", False, Phase.INDEXES),
        ("index.html", False, Phase.INDEXES),
        ("feed.rss", False, Phase.INDEXES),
        ("public/2031.json", False, Phase.INDEXES),
        ("sitemap.xml", False, Phase.INDEXES),
        ("notices.json", True, Phase.NOTICES),
        ("notices.json.gz", False, Phase.NOTICES),
    ],
)
def test_when_a_file_is_sent(path, is_new, expected):
    assert phase_of(path, is_new=is_new) is expected


def test_lists_come_after_texts_and_the_front_page_after_what_it_leads_to():
    paths = ["index.html", "nyckelord/index.html", "nyckelord/a/index.html", "pressmeddelanden/2031/x/index.html"]
    plan = Plan.of(Manifest(), of(dict.fromkeys(paths, "1")))
    assert plan.uploads == tuple(reversed(paths))


def test_only_what_differs_travels():
    plan = Plan.of(of({"same": "1", "other": "1", "gone": "1"}), of({"same": "1", "other": "2", "new": "1"}))
    assert sorted(plan.uploads) == ["new", "other"]
    assert (plan.removals, plan.unchanged, plan.size) == (("gone",), 1, 2)
    assert Plan.of(of({"a": "1"}), of({"a": "1"})).is_empty


PATHS = ["index.html", "a.css", "2031/x/index.html", "feed.rss", "notices.json"]
files = st.dictionaries(st.sampled_from(PATHS), st.text("12"))


@given(files, files)
def test_doing_what_is_planned_makes_the_host_hold_the_edition(held, wanted):
    plan = Plan.of(of(held), of(wanted))
    host = dict(held) | {path: wanted[path] for path in plan.uploads}
    for path in plan.removals:
        del host[path]
    assert host == wanted
    assert [phase_of(p, is_new=p not in held) for p in plan.uploads] == sorted(
        phase_of(p, is_new=p not in held) for p in plan.uploads
    )


def test_a_host_is_believed_no_further_than_what_is_there():
    remembered = Manifest({"a": Item("1", 5), "b": Item("2", 5), "c": Item("3", 5)})
    assert remembered.confirmed({"a": 5, "b": 6, "stranger": 1}).files == {"a": Item("1", 5), "b": UNKNOWN}


def test_a_manifest_is_kept_whole_and_one_that_is_no_manifest_is_empty():
    whole = Manifest({"å/b": Item("1", 5)}, sent_as="x", before="y")
    assert Manifest.of_json(whole.as_json()) == whole
    for data in (b"", b"null", b"[]", b'{"format": 2, "files": {}}', b'{"format": 1, "files": 3}', b"<html>"):
        assert Manifest.of_json(data) == Manifest()


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "", "a/../../x"])
def test_a_manifest_never_leads_out_of_the_folder(path):
    data = json.dumps({"format": 1, "files": {path: ["1", 1], "a": ["1", 1]}}).encode()
    assert set(Manifest.of_json(data).files) == {"a"}


def test_the_digest_tells_editions_apart():
    assert of({"a": "1", "b": "2"}).digest == of({"b": "2", "a": "1"}).digest != of({"a": "2", "b": "1"}).digest

"""What was ever public, from the live site and from the copy; a host that doesn't answer has not forgotten anything."""

import json

import httpx
import pytest

from plugins.newsroom import Site
from plugins.publishing import memory
from plugins.publishing.memory import Memory, keep, recall
from plugins.publishing.trouble import Trouble
from tests.publishing.editions import shipped


def entry(address="/r/2031/a/", *, revision=1, withdrawn=False, moved_from=(), content="1"):
    return {
        "revision": revision,
        "withdrawn": withdrawn,
        "language": "sv",
        "addresses": {"sv": address},
        "moved_from": list(moved_from),
        "content": {"sv": content},
    }


def year(releases=None, assignments=None):
    told = {"year": 2031, "releases": releases or {}, "assignments": assignments or {}}
    return json.dumps(told).encode()


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(memory, "PATIENCE", (0, 0))


@pytest.fixture
def asked():
    with httpx.Client(timeout=10) as client:
        yield client


def test_the_live_site_is_asked_and_the_copy_fills_in(tmp_path, host, asked):
    (tmp_path / "2030.json").write_bytes(year({"old": entry("/r/2030/old/")}))
    (tmp_path / "2031.json").write_bytes(year({"a": entry("/r/2031/a-before/", content="0")}))
    held, _, site = host
    held["public/2031.json"] = year({"a": entry(revision=2)}, {"u": entry("/u/2031/u/")})
    found = recall(site, ["public/2031.json", "index.html"], tmp_path, asked)
    assert set(found.texts) == {"old", "a", "u"} and found.lost == ""
    assert found.texts["a"].everywhere == ("/r/2031/a-before/", "/r/2031/a/")
    assert (found.texts["a"].revision, found.texts["a"].content) == (2, {"sv": "1"})
    assert found.texts["u"].kind == "assignment"


@pytest.mark.parametrize("lost", [503, 403, b"<html>This domain is for sale", b"{}", None])
def test_a_host_that_does_not_answer_is_not_an_empty_one(tmp_path, host, asked, lost):
    held, _, site = host
    held["public/2031.json"] = lost
    if lost is None:
        site = Site("http://127.0.0.1:1")
    with pytest.raises(Trouble, match="what is public can't be known"):
        recall(site, ["public/2031.json"], tmp_path, asked, first=True)
    (tmp_path / "2031.json").write_bytes(year({"a": entry()}))
    found = recall(site, ["public/2031.json"], tmp_path, asked)
    assert set(found.texts) == {"a"} and found.lost


def test_the_first_publishing_must_be_said_to_be_the_first(tmp_path, host, asked):
    with pytest.raises(Trouble, match=r"nothing is known to be public at http://127.*add --first"):
        recall(host[2], ["public/2031.json"], tmp_path / "none", asked)
    assert recall(host[2], ["public/2031.json"], tmp_path / "none", asked, first=True) == Memory()


def test_a_host_that_has_lost_a_year_does_not_make_it_forgotten(tmp_path, host, asked):
    (tmp_path / "2031.json").write_bytes(year({"a": entry()}))
    assert set(recall(host[2], [], tmp_path, asked).texts) == {"a"}


def test_a_host_that_stumbles_is_asked_again(tmp_path, host, asked):
    held, _, site = host
    held["public/2031.json"] = [503, year({"a": entry()})]
    assert set(recall(site, ["public/2031.json"], tmp_path, asked).texts) == {"a"}


def test_the_copy_keeps_years_that_the_edition_has_lost(tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy/2030.json").write_bytes(year({"old": entry()}))
    keep(shipped(tmp_path, {"public/2031.json": year({"a": entry()}), "public/x.json": b""}), tmp_path / "copy")
    assert sorted(file.name for file in (tmp_path / "copy").iterdir()) == ["2030.json", "2031.json"]


def test_the_later_revision_holds_whoever_remembers_it():
    older = Memory.of([year({"a": entry(content="1")})])
    newer = Memory.of([year({"a": entry(revision=2, content="2")})])
    for joined in (older.joined(newer), newer.joined(older)):
        assert joined.texts["a"].content == {"sv": "2"}


def test_an_id_that_stands_there_twice_is_told():
    assert Memory.of([year({"a": entry()}), year({}, {"a": entry("/u/2031/a/")})]).twice == ("a",)

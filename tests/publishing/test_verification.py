"""What readers get is compared with what was sent, over HTTP."""

import httpx
import pytest

from plugins.newsroom import Site
from plugins.publishing import verification
from plugins.publishing.plan import Plan
from plugins.publishing.verification import verify
from tests.publishing.editions import NEW, OLD, shipped


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    extra = {"_headers": b"/*\n", ".nojekyll": b""}
    return shipped(folder / "old", OLD), shipped(folder / "new", NEW, compressed=True, extra=extra)


def look(site, old, new, patience=()):
    with httpx.Client(timeout=10) as client:
        return verify(site, new, Plan.of(old.manifest, new.manifest), client, patience)


def test_what_changed_is_looked_at_and_nothing_else(host, editions):
    held, asked, site = host
    held |= NEW
    found = look(site, *editions)
    assert found.faults == ()
    changed = {path for path, data in NEW.items() if OLD.get(path) != data} | {path for path in OLD if path not in NEW}
    assert found.looked_at == len(asked) == len(changed)
    assert {f"{path}index.html" if path.endswith("/") or not path else path for path in asked} == changed


def test_each_failure_is_told_with_its_file(host, editions):
    held, _, site = host
    held |= OLD | NEW | {"feed.atom": b"stale", "theme/style.22222222.css": 403}
    held["releases/2030/a/index.html"] = (410, NEW["releases/2030/a/index.html"])
    del held["releases/2030/b/index.html"]
    told = {fault.source: fault.sentence() for fault in look(site, *editions).faults}
    assert told == {
        "feed.atom": "readers get other bytes than were sent",
        "theme/style.22222222.css": "the host answers 403",
        "releases/2030/b/index.html": "the host answers 404",
        "releases/2030/gone/index.html": "this was removed, and is still there",
        "keywords/old/index.html": "this was removed, and is still there",
    }


def test_a_host_that_takes_its_time_is_asked_again_for_what_is_missing_only(host, editions):
    held, asked, site = host
    held |= NEW | {"index.html": [b"old", b"old", NEW["index.html"]]}
    assert look(site, *editions, patience=(0, 0, 0)).faults == ()
    assert asked.count("") == 3 and asked.count("feed.atom") == 1


def test_a_host_that_is_not_there_is_told_of_and_not_asked_for_ever(editions, monkeypatch):
    monkeypatch.setattr(verification, "AT_ONCE", 2)
    monkeypatch.setattr(verification, "UNREACHABLE", 4)
    found = look(Site("http://127.0.0.1:1"), *editions)
    assert len(found.faults) == found.looked_at
    assert sum("was not asked for" in fault.sentence() for fault in found.faults) == found.looked_at - 4


def test_of_very_many_files_all_lists_and_some_texts_are_looked_at(host, tmp_path, monkeypatch):
    monkeypatch.setattr(verification, "MOST", 20)
    held, asked, site = host
    texts = {f"releases/2030/{number}/index.html": b"%d" % number for number in range(200)}
    held |= OLD | texts | {"index.html": b"new", "feed.atom": b"new"}
    old, new = shipped(tmp_path / "1", OLD | dict.fromkeys(texts, b"")), shipped(tmp_path / "2", held)
    found = look(site, old, new)
    assert found.faults == () and 15 <= found.looked_at <= 30
    assert {"", "feed.atom"} <= set(asked)

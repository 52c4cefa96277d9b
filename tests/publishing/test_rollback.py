"""The way back is closed where it would bring back what was withdrawn, or take away what readers have been sent."""

import json

from plugins.publishing.rollback import refusals
from tests.publishing.editions import shipped
from tests.publishing.test_memory import entry, year


def edition(folder, texts, notices):
    told = {"notices": [{"id": id, "revision": revision} for id, revision in notices]}
    return shipped(folder, {"public/2031.json": year(texts), "notices.json": json.dumps(told).encode()})


def told(now, earlier, **more):
    return [f"{fault.source}: {fault.sentence()}" for fault in refusals(now, earlier, **more)]


def test_what_was_withdrawn_does_not_come_back(tmp_path):
    earlier = edition(tmp_path / "1", {"a": entry(), "c": entry("/r/2031/c/")}, [("a", 1)])
    now = edition(tmp_path / "2", {"a": entry(revision=2, withdrawn=True)}, [])
    assert told(now, earlier) == [
        "/r/2031/a/: a has been withdrawn, and would come back",
        "/r/2031/c/: c has been withdrawn, and would come back",
    ]


def test_what_readers_were_sent_does_not_go(tmp_path):
    earlier = edition(tmp_path / "1", {"a": entry()}, [("a", 1)])
    now = edition(tmp_path / "2", {"a": entry(revision=2), "b": entry("/r/2031/b/")}, [("b", 1), ("a", 2), ("a", 1)])
    assert told(now, earlier) == [
        "/r/2031/a/: readers may have had a letter about a (version 2)",
        "/r/2031/b/: readers may have had a letter about b (version 1)",
    ]
    assert told(now, earlier, mailed=[("a", 1)]) == []
    assert told(now, earlier, mailed=[("a", 1), ("b", 1)]) == [
        "/r/2031/b/: readers may have had a letter about b (version 1)"
    ]


def test_what_nobody_was_told_of_can_go(tmp_path):
    earlier = edition(tmp_path / "1", {"a": entry(content="1")}, [("a", 1)])
    now = edition(tmp_path / "2", {"a": entry(content="2"), "b": entry("/r/2031/b/")}, [("a", 1)])
    assert told(now, earlier) == []


def test_a_letter_about_an_assignment_is_a_letter(tmp_path):
    def decided(folder, revision):
        told = {"notices": [], "assignments": [{"id": "u", "revision": each} for each in range(1, revision + 1)]}
        public = year({}, {"u": entry("/u/2031/u/", revision=revision)})
        return shipped(folder, {"public/2031.json": public, "notices.json": json.dumps(told).encode()})

    earlier, now = decided(tmp_path / "1", 1), decided(tmp_path / "2", 2)
    assert told(now, earlier) == ["/u/2031/u/: readers may have had a letter about u (version 2)"]
    assert told(now, earlier, mailed=[("u", 1)]) == []


def test_an_edition_without_the_list_announces_nothing(tmp_path):
    earlier = shipped(tmp_path / "1", {"public/2031.json": year({"a": entry()})})
    assert told(shipped(tmp_path / "2", {"index.html": b"", "public/2031.json": year({"a": entry()})}), earlier) == []

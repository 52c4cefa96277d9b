"""The digest of what was written: other words are another text, another place of the same words is not."""

from datetime import UTC, datetime

import pytest

from plugins.newsroom.public import content_hash
from plugins.reading.manuscripts.written import LINK
from plugins.reading.reader import read
from tests.texts import Text, content_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OTHER = Text("annat", "other000", "2025-03-01T10:00:00Z", (), None, True, None, "annat")
TEXT = Text("text", "linking0", "2026-03-01T10:00:00Z", (), "teal", False, "2025/annat", "text")


def hashes(root, *edits, texts=(OTHER, TEXT)):
    content = content_of(root, texts)
    for path, old, new in edits:
        file = content / path
        written = file.read_text(encoding="utf-8")
        assert old in written
        file.write_text(written.replace(old, new), encoding="utf-8")
    newsroom = read(content, now=NOW, cache=root / "cache").newsroom
    return {release.id: content_hash(release) for release in newsroom.releases if not release.is_translation}


def test_a_linked_text_may_move(tmp_path):
    moved = Text("flyttat", "other000", "2025-03-01T10:00:00Z", (), None, True, None, "annat")
    linking = Text("text", "linking0", "2026-03-01T10:00:00Z", (), "teal", False, "2025/flyttat", "text")
    assert hashes(tmp_path / "a", texts=(OTHER, TEXT)) == hashes(tmp_path / "b", texts=(moved, linking))


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Brödtext om", "En brödtext om", False),
        ("annat/sv.md", "annat/en.md", False),
        ("annat/sv.md)", "annat/sv.md#del)", False),
        ("[Mer](../../2025/annat/sv.md)", "[Mer]", False),
        ("[Mer](../../2025/annat/sv.md)", "[Mer](sv.md)", False),
        ("../../2025/annat/sv.md", "../../../releases/2025/annat/sv.md", True),
        ("annat/sv.md)\n", "annat/sv.md)\n\n\n", True),
    ],
)
def test_what_is_an_edit(tmp_path, old, new, same):
    edited = hashes(tmp_path / "b", ("releases/2026/text/sv.md", old, new))
    assert (edited == hashes(tmp_path / "a")) is same


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("[a](../b/sv.md)", "../b/sv.md"),
        ("[a](<../b/sv.md>)", "../b/sv.md"),
        ('[a](../b/sv.md "titel")', "../b/sv.md"),
        ("[a](../b/sv.md#del)", "../b/sv.md"),
        ("text\n\n[1]: ../b/sv.md", "../b/sv.md"),
        ("[a](https://example.org/README.md)", None),
        ("[a](bild.jpg)", None),
        ("(../b/sv.md)", None),
    ],
)
def test_links_to_texts(written, path):
    found = LINK.search(written)
    assert (found["path"] if found else None) == path

"""What earlier readings made of the texts: recalled only while nothing that it was made of has changed."""

import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plugins.newsroom import Faults, Release
from plugins.newsroom.keeping import packed
from plugins.reading.memory import memory
from plugins.reading.memory.memory import Memory
from plugins.reading.reader import read
from plugins.reading.texts import folders, releases
from tests.newsroom.test_keeping import Hostile
from tests.texts import PICTURES, Text, content_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = 1_700_000_000 * 10**9
OLD = Text("gammalt", "public00", "2024-03-01T10:00:00Z", ("alfa",), "teal", True, None, "gammalt")
NEW = Text("nytt", "public01", "2026-03-01T10:00:00Z", ("beta",), None, False, "2024/gammalt", "nytt")


class Room:
    """A content folder whose files were saved long ago, and the texts that a reading of it had to read."""

    def __init__(self, root, monkeypatch):
        self.root, self.content, self.cache = root, content_of(root, [OLD, NEW]), root / "cache"
        self.old, self.new = self.content / "releases/2024/gammalt", self.content / "releases/2026/nytt"
        self.looked_at = []
        original = releases.original

        def noted(selected, around):
            self.looked_at.append(selected.source.slug)
            return original(selected, around)

        monkeypatch.setattr(releases, "original", noted)
        self.settle()

    def settle(self, seconds=0):
        for path in [self.content, *self.content.rglob("*")]:
            if path.lstat().st_mtime_ns > LONG_AGO + 10**15:
                os.utime(path, ns=(LONG_AGO + seconds * 10**9,) * 2, follow_symlinks=False)

    def read(self, now=NOW, cache=None):
        """Answer the newsroom, and the releases that had to be read for it."""
        self.looked_at.clear()
        reading = read(self.content, now=now, cache=cache or self.cache)
        reading.keep()
        return reading.newsroom, sorted(self.looked_at)

    def assert_as_read_anew(self, newsroom, now=NOW):
        anew, _ = self.read(now, self.root / "another cache")
        shutil.rmtree(self.root / "another cache")
        assert repr(newsroom) == repr(anew)


@pytest.fixture
def room(tmp_path, monkeypatch):
    room = Room(tmp_path, monkeypatch)
    assert room.read()[1] == ["gammalt", "nytt"]
    return room


def replaced(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_what_has_not_changed_is_not_read_again(room):
    newsroom, looked_at = room.read()
    assert looked_at == []
    room.assert_as_read_anew(newsroom)


def test_only_the_folder_that_has_changed_is_read_again(room):
    replaced(room.new / "sv.md", "Om nytt", "Om annat")
    newsroom, looked_at = room.read()
    assert looked_at == ["nytt"]
    room.assert_as_read_anew(newsroom)


@pytest.fixture
def busy(room):
    """A room with two texts in one year; the newer one has a picture, and a link to one of another year."""
    Text("nyast", "public02", "2026-06-01T10:00:00Z", (), "teal", False, "2024/gammalt", "nyast").write(room.content)
    room.settle()
    assert room.read()[1] == ["nyast"]
    return room


def test_years_in_which_nothing_has_changed_are_not_gone_through_folder_by_folder(busy, monkeypatch):
    asked = []
    recalled = Memory._recalled_folder

    def noted(memory, path):
        asked.append(path)
        return recalled(memory, path)

    monkeypatch.setattr(Memory, "_recalled_folder", noted)
    busy.read()
    assert [path for path in asked if path.startswith("releases/2")] == []
    replaced(busy.new / "sv.md", "Om nytt", "Om annat")
    newsroom, looked_at = busy.read()
    assert looked_at == ["nytt"]
    assert sorted(path for path in asked if path.count("/") == 2) == ["releases/2026/nyast", "releases/2026/nytt"]
    busy.assert_as_read_anew(newsroom)


def test_of_a_year_only_the_folder_whose_picture_is_lost_is_read_again(busy):
    newest = busy.read()[0].releases[0]
    Path(newest.images[0].original.place).unlink()
    newsroom, looked_at = busy.read()
    assert looked_at == ["nyast"]
    busy.assert_as_read_anew(newsroom)


def test_a_link_from_a_year_in_which_nothing_has_changed_is_looked_at_again(busy):
    replaced(busy.old / "sv.md", "published: 2024", "published: 3024")
    with pytest.raises(Faults) as raised:
        busy.read()
    assert {fault.source for fault in raised.value.faults} == {"releases/2026/nyast/sv.md", "releases/2026/nytt/sv.md"}


def test_a_draft_in_a_year_in_which_nothing_else_changes_is_not_forgotten(busy):
    draft = Text("utkast", "public03", "2026-11-23T10:00:00Z", (), None, False, None, "utkast")
    draft.write(busy.content)
    busy.settle(seconds=5)
    for _ in range(3):
        assert busy.read()[1] == []
    newsroom, looked_at = busy.read(NOW + timedelta(days=2))
    assert looked_at == ["utkast"]
    busy.assert_as_read_anew(newsroom, NOW + timedelta(days=2))


def test_new_times_alone_change_nothing_and_are_learned(room):
    copy = room.root / "copy"
    shutil.copytree(room.content, copy, copy_function=shutil.copyfile)
    shutil.rmtree(room.content)
    copy.rename(room.content)
    assert room.read()[1] == []
    room.settle(seconds=5)
    assert room.read()[1] == []


def test_an_edit_of_the_same_size_at_the_same_time_is_seen_while_the_disk_could_not_tell(room):
    """Saved, read, and saved again before the disk's clock has moved on."""
    soon = time.time_ns() + 5 * 10**9
    for word in ("Om aaaa", "Om bbbb"):
        replaced(room.new / "sv.md", room.read()[0].releases[0].title, word)
        os.utime(room.new / "sv.md", ns=(soon, soon))
        newsroom, looked_at = room.read()
        assert looked_at == ["nytt"] and newsroom.releases[0].title == word


def test_an_edit_that_is_dated_back_is_seen(room):
    replaced(room.new / "sv.md", "Om nytt", "Om mytt")
    os.utime(room.new / "sv.md", ns=(1, 1))
    assert room.read()[1] == ["nytt"]


def another_picture(room):
    (room.old / "gammalt.png").write_bytes(PICTURES["navy"])


def a_folder(room):
    (room.old / "mer").mkdir()


def no_translation(room):
    (room.old / "en.md").unlink()


def a_link_to_the_text(room):
    (room.old / "sv.md").rename(room.content / "sv.md")
    (room.old / "sv.md").symlink_to("../../../sv.md")


def a_new_case_number(room):
    replaced(room.old / "en.md", "lead:", "lead: New\n#")


@pytest.mark.parametrize("edit", [another_picture, a_folder, no_translation, a_link_to_the_text, a_new_case_number])
def test_whatever_changes_in_a_folder_is_seen(edit, room):
    edit(room)
    room.settle(seconds=5)
    newsroom, looked_at = room.read()
    assert "gammalt" in looked_at
    room.assert_as_read_anew(newsroom)


@pytest.mark.parametrize("name", ["sv.md", "gammalt.png"])
def test_what_lies_behind_a_link_is_read_every_time(name, room):
    shutil.move(room.old / name, room.content / name)
    (room.old / name).symlink_to(f"../../../{name}")
    room.settle()
    for _ in range(2):
        assert room.read()[1] == ["gammalt"]
    if name == "sv.md":
        replaced(room.content / name, "Om gammalt", "Om hemsydd")
    else:
        (room.content / name).write_bytes(PICTURES["navy"])
    os.utime(room.content / name, ns=(LONG_AGO, LONG_AGO))
    room.assert_as_read_anew(room.read()[0])


def test_a_folder_that_moves_is_seen_by_those_who_link_to_it(room):
    room.old.rename(room.old.with_name("flyttat"))
    with pytest.raises(Faults):
        room.read()
    replaced(room.new / "sv.md", "gammalt/sv.md", "flyttat/sv.md")
    newsroom, looked_at = room.read()
    assert looked_at == ["flyttat", "nytt"]
    room.assert_as_read_anew(newsroom)


def test_a_time_zone_moves_no_text_unseen(room):
    replaced(room.content / "newsroom.yaml", "Europe/Stockholm", "Europe/Helsinki")
    newsroom, looked_at = room.read()
    assert looked_at == ["gammalt", "nytt"]
    room.assert_as_read_anew(newsroom)


def test_what_has_happened_by_now_is_not_recalled_at_an_earlier_moment(room):
    at = (NOW - timedelta(hours=1)).isoformat()
    line = f"corrections: [{{at: {at}, kind: correction, text: Siffran var fel.}}]"
    replaced(room.old / "sv.md", "lead:", f"{line}\nlead:")
    room.read()
    earlier = NOW - timedelta(hours=2)
    try:
        newsroom, looked_at = room.read(earlier)
    except Faults:
        looked_at = room.looked_at
    else:
        room.assert_as_read_anew(newsroom, earlier)
    assert looked_at == ["gammalt"]


def test_a_correction_of_an_assignment_is_not_recalled_before_it_was_made(room):
    file = room.content / "assignments/2026/uppdrag/sv.md"
    file.parent.mkdir(parents=True)
    at = (NOW - timedelta(hours=1)).isoformat()
    file.write_text(
        "---\nid: uppdrag1\npublished: 2026-03-01T10:00:00Z\ntitle: Uppdrag\n"
        "issuer: Regeringen\nrecipient: Myndigheten\noperative: [Gör.]\n"
        f"corrections: [{{at: {at}, kind: correction, text: Fel.}}]\nmissing: [decision_date, case_number]\n---\n",
        encoding="utf-8",
    )
    room.settle()
    for _ in range(2):
        newsroom, _read = room.read()
        assert [text.revision for text in newsroom.assignments] == [2]
    with pytest.raises(Faults):
        room.read(NOW - timedelta(hours=2))


def saved_once_more(room, monkeypatch, keep_time=False):
    """An editor saves right after the text was read, and before it is remembered."""
    noted = folders.noted
    at = (room.new / "sv.md").stat().st_mtime_ns

    def later(*given):
        time.sleep(0.05)
        replaced(room.new / "sv.md", "Om andra", "Om sista")
        if keep_time:
            os.utime(room.new / "sv.md", ns=(at, at))
        return noted(*given)

    with monkeypatch.context() as patched:
        patched.setattr(folders, "noted", later)
        assert room.read()[0].releases[0].title == "Om andra"


def test_what_is_saved_while_it_is_read_is_read_again(room, monkeypatch):
    replaced(room.new / "sv.md", "Om nytt", "Om andra")
    room.settle(seconds=5)
    saved_once_more(room, monkeypatch)
    assert room.read()[0].releases[0].title == "Om sista"


def test_two_saves_that_the_disk_cannot_tell_apart_are_seen_however_long_the_reading_took(room, monkeypatch):
    """One right before the reading and one after, with the same size and time; the memory is written much later."""
    monkeypatch.setattr(memory, "RACE", 10_000_000)
    replaced(room.new / "sv.md", "Om nytt", "Om andra")
    saved_once_more(room, monkeypatch, keep_time=True)
    assert room.read()[0].releases[0].title == "Om sista"


def memories(room):
    found = sorted(file for file in (room.cache / "texts").iterdir())
    assert len(found) == 2
    return found


def hostile(room, file):
    """Bytes with the right digest, that name a function."""
    file.write_bytes(packed("anybody", Hostile(os.mkdir, str(room.root / "run"))))


def one_for_another(room, file):
    one, other = memories(room)
    other.write_bytes(one.read_bytes())


def another_room(room, file):
    text = Text("nytt", "public09", "2026-03-01T10:00:00Z", (), None, False, None, "annat")
    content = content_of(room.root / "another", [text])
    read(content, now=NOW, cache=room.root / "foreign").keep()
    shutil.copy(room.root / "foreign/texts/releases-2026", file)


def a_bit(room, file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        hostile,
        one_for_another,
        another_room,
        a_bit,
        lambda room, file: file.write_bytes(b""),
        lambda room, file: file.write_bytes(file.read_bytes()[:-1]),
        lambda room, file: file.unlink(),
    ],
)
def test_a_memory_that_is_damaged_or_another_s_is_not_believed(damage, room):
    damage(room, memories(room)[-1])
    newsroom, looked_at = room.read()
    assert "nytt" in looked_at
    room.assert_as_read_anew(newsroom)
    assert room.read()[1] == []
    assert not (room.root / "run").exists()


def words_in_cache(room):
    return b"".join(file.read_bytes() for file in room.cache.rglob("*") if file.is_file())


def postponed(room):
    replaced(room.old / "sv.md", "2024-03-01", "2027-03-01")
    replaced(room.new / "sv.md", "[Mer]", "")
    replaced(room.new / "sv.md", "(../../2024/gammalt/sv.md)", "Slut.")


@pytest.mark.parametrize("also", ["nothing", "newsroom.yaml", "a fault first", "the clock", "deleted"])
def test_nothing_is_left_in_the_cache_of_what_is_not_public_any_more(also, room):
    assert b"gammalt" in words_in_cache(room)
    now = NOW
    if also == "the clock":
        shutil.rmtree(room.new)
        now = datetime(2024, 1, 1, tzinfo=UTC)
    else:
        postponed(room)
    if also == "newsroom.yaml":
        replaced(room.content / "newsroom.yaml", "018-12 34 56", "018-12 34 57")
    if also == "a fault first":
        replaced(room.new / "sv.md", "title:", "tittel:")
        with pytest.raises(Faults):
            room.read()
        replaced(room.new / "sv.md", "tittel:", "title:")
    if also == "deleted":
        shutil.rmtree(room.old.parent)
    newsroom, _ = room.read(now)
    assert not any(release.slug == "gammalt" for release in newsroom.releases)
    assert b"gammalt" not in words_in_cache(room)


def test_a_reading_that_was_stopped_leaves_nothing_that_the_next_one_keeps(room):
    """A text is read, another one's fault stops the build; then the text is postponed after all."""
    Text("hemligt", "public02", "2026-11-22T10:00:00Z", (), "navy", True, None, "hemligt").write(room.content)
    replaced(room.new / "sv.md", "title:", "tittel:")
    with pytest.raises(Faults):
        room.read()
    replaced(room.new / "sv.md", "tittel:", "title:")
    replaced(room.content / "releases/2026/hemligt/sv.md", "2026-11-22T10", "2026-11-23T10")
    room.read()
    assert b"hemligt" not in words_in_cache(room)
    assert len(list(room.cache.glob("media/*/*"))) == len(list(room.content.rglob("*.png"))) - 1


def test_two_texts_with_the_same_body_do_not_keep_each_other_s(room):
    for file in (room.old / "sv.md", room.old / "en.md", room.new / "sv.md"):
        head = file.read_text(encoding="utf-8").split("\n---\n")[0]
        file.write_text(f"{head}\n---\nSamma hemlighet.\n", encoding="utf-8")
    newsroom, _ = room.read()
    assert len({release.body_digest for release in newsroom.releases}) == 1
    for folder in (room.old, room.new):
        replaced(folder / "sv.md", "published: 202", "published: 302")
    room.read()
    assert b"Samma hemlighet" not in words_in_cache(room)


def test_a_folder_with_a_text_that_is_not_public_is_not_remembered(room):
    replaced(room.old / "en.md", "lead:", "published: 2026-11-23T10:00:00Z\nlead:")
    for _ in range(2):
        assert room.read()[1] == ["gammalt"]
    assert b"About gammalt" not in words_in_cache(room)
    later = NOW + timedelta(days=2)
    assert [release.language for release in room.read(later)[0].releases if release.slug == "gammalt"] == ["en", "sv"]
    assert room.read(later)[1] == []


def test_recalled_texts_are_the_very_nouns(room):
    newsroom, _ = room.read()
    assert all(isinstance(release, Release) for release in newsroom.releases)
    first = {release.source: release.input for release in newsroom.releases}
    assert {release.source: release.input for release in room.read()[0].releases} == first

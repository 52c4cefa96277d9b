"""What can happen to a press room, one step at a time: edits, moving clocks, damaged caches, killed builds."""

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

from tests.building import PROJECT
from tests.site.histories import (
    History,
    assert_clean,
    attempt,
    build_apart,
    go_on,
    published_at,
    remove_empty,
    translate,
    words_of,
    write_release,
)
from tests.texts import picture

COLOURS = ["teal", "navy", "plum", "olive"]
PAST = ["2024-03-01", "2024-11-30", "2025-01-01", "2025-06-15", "2026-02-28", "2026-11-20", "2026-11-22"]


def change(file: Path, pattern: str, new: str, *, flags: re.RegexFlag = re.MULTILINE) -> None:
    """Replace the first match. Raises LookupError if there is none."""
    text = file.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, lambda _: new, text, count=1, flags=flags)
    if not count:
        raise LookupError(pattern)
    file.write_text(changed, encoding="utf-8")


def add(file: Path, line: str) -> None:
    """Add a line to the front matter of a release."""
    change(file, r"^lead:", f"{line}\nlead:")


def new_release(history: History) -> None:
    random = history.random
    others = [path.parent for path in history.texts("releases/*/*/sv.md")]
    other = random.choice(others) if others and random.random() < 0.3 else None
    write_release(
        history,
        random.choice([f"meddelande-{history.words}", "samma-namn", history.word()]),
        random.choice([*(f"{day}T{random.randrange(9, 12):02}:00:00Z" for day in PAST), future(history), None]),
        image=random.choice([None, None, *COLOURS]),
        translated=random.random() < 0.4,
        keywords=random.sample(["alfa", "beta", "gamma"], random.randrange(3)),
        to=f"{other.parent.name}/{other.name}" if other else None,
    )


def future(history: History) -> str:
    ahead = timedelta(hours=history.random.choice([1, 20, 24 * 3, 24 * 30]))
    return (history.now + ahead).isoformat()


def other_words(history: History) -> None:
    text, word = history.one_text("*/*/**/??.md"), history.word()
    found = sorted(words_of(text.read_text(encoding="utf-8")))
    old = history.random.choice(found)
    where = history.random.choice([rf"(?<=title: Om ){old}", rf"(?<=Ingress ){old}", rf"(?<=om ){old}", rf"{old}\b"])
    change(text, where, word)


def longer_body(history: History) -> None:
    with history.one_text("*/*/**/??.md").open("a", encoding="utf-8") as file:
        file.write(f"\n## {history.word()}\n\nMer text.\n")


def same_body(history: History) -> None:
    """Two texts get the very same body."""
    one, other = history.one_text(), history.one_text()
    body = one.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    change(other, r"\n---\n.*", f"\n---\n{body}", flags=re.DOTALL)


def other_time(history: History) -> None:
    text = history.one_text("releases/*/*/sv.md")
    year = text.parent.parent.name
    change(text, "^published: .*$", f"published: {year}-0{history.random.randrange(1, 9)}-11T10:00:00Z")


def postponed(history: History) -> None:
    change(history.one_text("*/*/**/sv.md"), "^published: .*$", f"published: {future(history)}")


def published_now(history: History) -> None:
    texts = [text for text in history.texts() if (at := published_at(text)) and at > history.now]
    change(history.random.choice(texts), "^published: .*$", f"published: {history.now.isoformat()}")


def draft(history: History) -> None:
    change(history.one_text("releases/*/*/sv.md"), "^published: .*\n", "")


def other_keywords(history: History) -> None:
    words = history.random.sample(["alfa", "beta", "gamma", "delta"], 2)
    change(history.one_text(), r"^keywords: .*$", f"keywords: [{', '.join(words)}]")


def corrected(history: History) -> None:
    at = history.now + timedelta(hours=history.random.choice([-30, -1, 0, 20]))
    kind = history.random.choice(["typo", "clarification", "correction"])
    add(
        history.one_text("releases/*/*/sv.md"),
        f"corrections: [{{at: {at.isoformat()}, kind: {kind}, text: Rättat {history.word()}.}}]",
    )


def withdrawn(history: History) -> None:
    at = history.now + timedelta(hours=history.random.choice([-1, 0, 20]))
    text, other = history.one_text("releases/*/*/sv.md"), history.one_text("releases/*/*/sv.md")
    id = re.search("^id: (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
    kind = history.random.choice(["withdrawn", "in_error", f"replaced, by: {id[1] if id else '?'}"])
    add(text, f"withdrawn: {{at: {at.isoformat()}, kind: {kind}, reason: Det var {history.word()}.}}")


def flagged(history: History) -> None:
    lines = ["urgent: true", "case_number: 1.1-2026-1", "links: [{text: Mer, url: https://example.org/}]"]
    lines += ["responds_to: [uppdrag1]", "contacts: [jouren]", "contacts: [tidigare]", "audiences: [media]"]
    add(history.one_text("releases/*/*/sv.md"), history.random.choice(lines))


def renamed(history: History) -> None:
    """A folder gets another name; sometimes those who link to it follow, sometimes the old address is told."""
    text = history.one_text("releases/*/*/sv.md")
    old, new = text.parent, text.parent.with_name(f"flyttat-{history.word()}")
    old.rename(new)
    if history.random.random() < 0.7:
        for other in history.texts():
            with contextlib.suppress(LookupError):
                change(other, re.escape(f"{old.parent.name}/{old.name}/sv.md"), f"{new.parent.name}/{new.name}/sv.md")
    if history.random.random() < 0.5:
        add(new / "sv.md", f"moved_from: [/pressmeddelanden/{old.parent.name}/{old.name}/]")


def deleted(history: History) -> None:
    text = history.one_text("*/*/**/sv.md")
    shutil.rmtree(text.parent)
    remove_empty(history.content)


def whole_year_deleted(history: History) -> None:
    shutil.rmtree(history.random.choice(sorted(history.content.glob("releases/*"))))


def translated(history: History) -> None:
    translate(history.one_text("releases/*/*/sv.md").parent, history.word())


def translated_from_an_archive(history: History) -> None:
    """What is unpacked has the time that it had when it was packed, and so has the folder that it comes into."""
    folder = history.one_text("releases/*/*/sv.md").parent
    packed = folder.stat().st_mtime_ns
    translate(folder, history.word())
    for path in (folder / "en.md", folder):
        os.utime(path, ns=(packed, packed))


def saved_with_the_old_time(history: History) -> None:
    """A text is saved with as many bytes, and somebody gives it the time back that it had."""
    text = history.one_text()
    before = text.stat().st_mtime_ns
    change(text, history.random.choice(sorted(words_of(text.read_text(encoding="utf-8")))), history.word())
    os.utime(text, ns=(before, before))


def translation_postponed(history: History) -> None:
    change(history.one_text("releases/*/*/en.md"), "^lead:", f"published: {future(history)}\nlead:")


def translation_deleted(history: History) -> None:
    history.one_text("releases/*/*/en.md").unlink()


def other_picture(history: History) -> None:
    history.random.choice(sorted(history.content.rglob("*.png"))).write_bytes(
        picture(history.random.choice(COLOURS))
    )


def other_alt_text(history: History) -> None:
    change(history.one_text(), r"alt: Bild av \w+", f"alt: Bild av {history.word()}")


def picture_removed(history: History) -> None:
    text = history.one_text()
    if history.random.random() < 0.7:
        change(text, r"^images: .*\n", "")
        change(text, r"^!\[\]\(.*\n", "")
    next(text.parent.glob("*.png"), text.parent / "nothing").unlink()


def picture_renamed(history: History) -> None:
    text, word = history.one_text(), history.word()
    old = next(text.parent.glob("*.png"), text.parent / "nothing")
    old.rename(old.with_name(f"{word}.png"))
    text.write_text(text.read_text(encoding="utf-8").replace(old.name, f"{word}.png"), encoding="utf-8")


def document(history: History) -> None:
    text = history.one_text("releases/*/*/sv.md")
    (text.parent / "bilaga.txt").write_text(f"Bilaga {history.word()}.\n", encoding="utf-8")
    if "documents:" not in text.read_text(encoding="utf-8"):
        add(text, "documents: [{file: bilaga.txt, title: Bilagan}]")


def linked(history: History) -> None:
    one, other = history.one_text("releases/*/*/sv.md"), history.one_text("releases/*/*/??.md")
    with one.open("a", encoding="utf-8") as file:
        file.write(f"\n[Läs](../../{other.parent.parent.name}/{other.parent.name}/{other.name})\n")


def stray_files(history: History) -> None:
    """Nobody's files: an editor's, a system's, a picture that no text names."""
    folder = history.one_text().parent
    name = history.random.choice([".#sv.md", ".DS_Store", "olistad.png", "anteckning.txt", "sv.md~"])
    (folder / name).write_text(history.word(), encoding="utf-8")


def linked_folder(history: History) -> None:
    """A symbolic link in the place of a file: of a text or picture to itself elsewhere in the content."""
    text = history.one_text()
    file = history.random.choice([text, *text.parent.glob("*.png")])
    place = history.content / "press-material" / f"{history.word()}{file.suffix}"
    shutil.copy(file, place)
    file.unlink()
    file.symlink_to(os.path.relpath(place, file.parent))


def behind_a_link(history: History) -> None:
    """What a symbolic link leads to is edited, and the link stays as it was."""
    links = [path for path in history.content.rglob("*") if path.is_symlink()]
    target = history.random.choice(links).resolve()
    if target.suffix == ".png":
        target.write_bytes(picture(history.random.choice(COLOURS)))
    else:
        change(target, r"kanari\d{4}", history.word())


def other_assignment(history: History) -> None:
    text = history.one_text("assignments/*/*/sv.md")
    title = f"title: Uppdrag {history.word()}"
    edits = [(r"2026-12-01", "2026-11-25"), (r"^title: .*$", title), (r"\[Myn", "[Varje myn")]
    change(text, *history.random.choice(edits))


# --- edits of newsroom.yaml and the theme ---


def other_newsroom(history: History) -> None:
    random = history.random
    number, some_day = random.randrange(10, 99), (history.now + timedelta(days=random.randrange(-2, 9))).date()
    host, folder = random.choice(["press", "www"]), random.choice(["", "rum"])
    edits = [
        (r"018-12 34 \d\d", f"018-12 34 {number}"),
        (r"valid_until: .*$", f"valid_until: {some_day}"),
        (r"sv: Nyckelord (alfa|beta)", f"sv: Nyckelord {random.choice(['alfa', 'beta', 'annat'])}"),
        (r"^  (gamma|beta): .*\n", ""),
        (r"^keywords:\n", "keywords:\n  delta: {name: {sv: Delta, en: Delta}}\n"),
        (r"sv: (Press)?[Mm]eddelande,", f"sv: {random.choice(['Meddelande', 'Pressmeddelande'])},"),
        (r"sv: Om myndigheten.*?,", f"sv: Om myndigheten {number},"),
        (r"^url: .*$", f"url: https://{host}.example.se/{folder}"),
        (r"Europe/\w+", f"Europe/{random.choice(['Stockholm', 'Helsinki'])}"),
        (r"^timezone:", "demonstration: true\ntimezone:"),
        (r"languages: .*$", f"languages: {random.choice(['[sv, en]', '[sv]', '[en, sv]'])}"),
        (r"text: \{sv: Får.*?,", f"text: {{sv: Får publiceras {number},"),
        (r"\Z", f"# {number}\n"),
        (r"^press_desk: .*$", f"press_desk: {random.choice(['jouren', 'tidigare'])}"),
    ]
    change(history.yaml, *random.choice(edits))


def other_order(history: History) -> None:
    """Two in a list of newsroom.yaml change places."""
    text = history.yaml.read_text(encoding="utf-8")
    key = history.random.choice(["keywords", "contacts"])
    found = re.search(rf"^{key}:\n((?:  .*\n)+)", text, re.MULTILINE)
    entries = re.findall(r"^  \w.*\n(?:    .*\n)*", found[1] if found else "", re.MULTILINE)
    history.random.shuffle(entries)
    change(history.yaml, rf"^{key}:\n((?:  .*\n)+)", f"{key}:\n{''.join(entries)}")


TEMPLATES = ["base", "release", "list", "front", "assignment", "parts/entries", "parts/frame", "parts/contact", "page"]


def other_template(history: History) -> None:
    file = history.theme / "templates" / f"{history.random.choice(TEMPLATES)}.html"
    number = history.random.randrange(99)
    edits = [(r"</h1>", f"<!--{number}--></h1>"), (r"<p", f"<p data-{number}"), (r"\Z", "{# x #}\n")]
    change(file, *history.random.choice(edits))


def other_static(history: History) -> None:
    static = history.theme / "static"
    match history.random.randrange(4):
        case 0:
            with (static / "style.css").open("a") as file:
                file.write(f"\n.x{history.random.randrange(99)} {{ color: red }}\n")
        case 1:
            (static / f"ny-{history.random.randrange(3)}.txt").write_text(str(history.random.random()))
        case 2:
            history.random.choice(sorted(static.glob("ny-*"))).unlink()
        case _:
            with (static / "fonts/source-sans-3.woff2").open("ab") as file:
                file.write(b"x")


def other_catalogue(history: History) -> None:
    file = history.theme / "locale/sv/LC_MESSAGES/messages.po"
    words = ["Presskontakt", "Pressmeddelanden", "Arkiv", "Nyckelord"]
    change(file, rf'^msgstr "{history.random.choice(words)}.*"$', f'msgstr "Ord {history.random.randrange(99)}"')


def theme_as_it_was(history: History) -> None:
    shutil.rmtree(history.theme)
    shutil.copytree(PROJECT / "theme", history.theme)


# --- the clock ---


def time_passes(history: History) -> None:
    history.now += timedelta(hours=history.random.choice([1, 12, 24, 48, 24 * 10, 24 * 60, 24 * 365]))


def to_the_moment(history: History) -> None:
    """The clock stands at the very moment of a publication, or right before it."""
    moments = [at for text in history.texts() if (at := published_at(text)) and at > history.now]
    history.now = history.random.choice(moments) - timedelta(seconds=history.random.choice([0, 0, 1]))


def clock_set_back(history: History) -> None:
    history.now -= timedelta(hours=history.random.choice([1, 24, 24 * 30, 24 * 300]))


# --- damage ---


def damaged_cache(history: History) -> None:
    """Something befalls one file of the cache: memories, galleys, finished pictures and their lists."""
    found = [path for path in history.cache.rglob("*") if path.is_file()]
    folder = history.random.choice(["edition", "texts", "bodies", "media"])
    some = [path for path in found if folder in path.relative_to(history.cache).as_posix()]
    harm(history.random.choice(sorted(some)), sorted(some), history.random)


def damaged_notes(history: History) -> None:
    """Something befalls one of the files that a look at the press room goes by."""
    found = sorted(path for path in (history.root / "private").iterdir() if path.is_file())
    harm(history.random.choice(found), found, history.random)


def old_notes(history: History) -> None:
    """What one build noted for itself comes back after another."""
    private, kept = history.root / "private", history.root / "kept notes"
    if not kept.exists():
        shutil.copytree(private, kept, ignore=shutil.ignore_patterns("templates"))
        other_words(history)
        go_on(history)
    names = sorted(path.name for path in kept.iterdir())
    for name in history.random.sample(names, history.random.randint(1, len(names))):
        shutil.copy(kept / name, private / name)


def harm(file: Path, others: list[Path], random: Random) -> None:
    data = bytearray(file.read_bytes())
    match random.randrange(7):
        case 0:
            file.unlink()
        case 1:
            file.write_bytes(data[: random.randrange(len(data))])
        case 2 | 3:
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            file.write_bytes(data)
        case 4:
            file.write_bytes(b"")
        case 5:
            file.write_bytes(random.choice(others).read_bytes())
        case _:
            file.write_bytes(random.randbytes(len(data)))


def lost_cache(history: History) -> None:
    parts = [history.cache, *(history.cache / name for name in ("texts", "bodies", "media"))]
    part = history.random.choice([*parts, *history.cache.glob("edition-*")])
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink()


def foreign_cache(history: History) -> None:
    """The whole cache, or a memory in it, is another press room's."""
    other = History(history.root / "another", seed=str(history.random.random()), words=5000)
    new_release(other)
    attempt(other)
    if history.random.random() < 0.5:
        shutil.rmtree(history.cache)
        other.cache.rename(history.cache)
    else:
        for file in other.cache.glob("texts/*"):
            file.replace(history.cache / "texts" / file.name)
    shutil.rmtree(other.root)


def old_cache(history: History) -> None:
    """A pipeline restores the cache that an earlier build left; the output stays as it is."""
    kept = history.root / "kept"
    if kept.exists() and history.random.random() < 0.7:
        shutil.rmtree(history.cache)
        kept.rename(history.cache)
    else:
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(history.cache, kept)


def damaged_output(history: History) -> None:
    random, output = history.random, history.output
    found = sorted(path for path in output.rglob("*") if path.is_file())
    file = random.choice(found)
    match random.randrange(7):
        case 0:
            file.unlink()
        case 1:
            data = bytearray(file.read_bytes())
            data[random.randrange(len(data))] ^= 1
            file.write_bytes(data)
        case 2:
            file.write_bytes(b"")
        case 3:
            file.touch()
        case 4:
            (output / ".edition.json").unlink()
        case 5:
            for path in found:
                if path.name != ".edition.json" and random.random() < 0.5:
                    path.unlink()
        case _:
            shutil.copytree(output, history.root / "copy", copy_function=shutil.copyfile)
            shutil.rmtree(output)
            (history.root / "copy").rename(output)


def lost_output(history: History) -> None:
    shutil.rmtree(history.output)


def fresh_checkout(history: History) -> None:
    """All sources are the same, and every time is new."""
    for folder in (history.content, history.theme):
        copy = folder.with_name("copy")
        shutil.copytree(folder, copy, copy_function=shutil.copyfile, symlinks=True)
        shutil.rmtree(folder)
        copy.rename(folder)


# --- steps that build in ways of their own ---


def saved_twice_in_a_tick(history: History) -> None:
    """A text is saved, built, and saved again with as many bytes, before the disk's clock has moved on."""
    text = history.one_text()
    tick = time.time_ns() + 5 * 10**9
    for _ in range(2):
        found = sorted(words_of(text.read_text(encoding="utf-8")))
        change(text, history.random.choice(found), history.word())
        os.utime(text, ns=(tick, tick))
        go_on(history)
        if not text.exists() or text.stat().st_mtime_ns != tick:
            return  # it was faulty, and taken back


def killed(history: History) -> None:
    """A build is killed at any moment, after an edit; then perhaps the edit is taken back."""
    edit(history, history.random.choice(COMMON))
    if history.random.random() < 0.3:
        shutil.rmtree(history.random.choice([history.cache, history.output]), ignore_errors=True)
    process = build_apart(history, jobs=history.random.choice([1, 2]))
    process.join(history.random.random() * 0.5)
    process.kill()
    process.join()
    if history.random.random() < 0.3:
        history.take_back()
    if history.random.random() < 0.3:
        edit(history, history.random.choice([postponed, clock_set_back, deleted, draft]))
    stopped = attempt(history)
    if stopped is None:
        assert_clean(history, stopped)
    else:
        # the killed build may have published what it could: nothing is known of the output until it can be built
        history.take_back()
        go_on(history)


def two_at_once(history: History) -> None:
    edit(history, history.random.choice(COMMON))
    processes = [build_apart(history, jobs=jobs) for jobs in (1, 2)]
    for process in processes:
        process.join(60)
    codes = {process.exitcode for process in processes}
    assert codes in ({0}, {3}), codes
    _assert_built(history, built=codes == {0})


def by_two_processes(history: History) -> None:
    edit(history, history.random.choice(COMMON))
    if history.random.random() < 0.5:
        shutil.rmtree(history.random.choice([history.cache, history.output]), ignore_errors=True)
    process = build_apart(history, jobs=2)
    process.join(60)
    assert process.exitcode in (0, 3)
    _assert_built(history, built=process.exitcode == 0)


def _assert_built(history: History, *, built: bool) -> None:
    """What other processes have built is right as it is; what stopped them stops this one too."""
    if built:
        assert_clean(history, None)
    else:
        go_on(history)


Step = Callable[[History], None]

COMMON: list[Step] = [
    new_release, new_release, other_words, other_words, longer_body, same_body, other_time, postponed, published_now,
    draft, other_keywords, corrected, withdrawn, flagged, renamed, renamed, deleted, whole_year_deleted, translated,
    translated_from_an_archive, saved_with_the_old_time, translation_postponed, translation_deleted, other_picture,
    other_alt_text, picture_removed, picture_renamed, document, linked, stray_files, linked_folder, behind_a_link,
    other_assignment, other_newsroom, other_newsroom, other_newsroom, other_order, other_template, other_template,
    other_static, other_catalogue, theme_as_it_was,
]  # fmt: skip
CLOCK: list[Step] = [time_passes, time_passes, to_the_moment, to_the_moment, clock_set_back]
DAMAGE: list[Step] = [
    damaged_cache, damaged_cache, damaged_cache, lost_cache, foreign_cache, old_cache, old_cache, damaged_output,
    damaged_output, lost_output, fresh_checkout, fresh_checkout, damaged_notes, old_notes,
]  # fmt: skip
BUILDS: list[Step] = [saved_twice_in_a_tick, killed, killed, two_at_once, by_two_processes]


def edit(history: History, step: Step) -> bool:
    """Make an edit; answer whether there was anything to do it to."""
    try:
        step(history)
    except (LookupError, OSError):
        return False
    return True

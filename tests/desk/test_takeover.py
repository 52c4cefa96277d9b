"""`press import`, as a press officer gives it."""

import os
import pty
import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from plugins.desk.project import Project
from plugins.desk.takeover.takeover import run
from plugins.desk.takeover.wishes import Choices
from plugins.desk.words import speak
from tests.building import SAMPLE, build, files
from tests.desk.conftest import ENVIRONMENT, ROOT
from tests.texts import PICTURES

SOURCE = SAMPLE / "source/release.txt"
PAGE = """\
<html lang="sv"><head><link rel="canonical" href="https://old.example/nyheter/1"></head><body><main>
<h1>Vattnet är rent</h1><time datetime="{when}">då</time><p class="ingress">Ingressen.</p>
<p>Brödtexten.</p>{more}</main></body></html>
"""
CERTAIN = "2019-03-14T09:34:00+01:00"


@pytest.fixture
def agency(desk):
    """The desk with the newsroom of the first releases, and none of them; without pictures, for the tests' time."""
    newsroom = (ROOT / "content/newsroom.yaml").read_text("utf-8").partition("\npress_material:")[0]
    (desk.root / "content/newsroom.yaml").write_text(newsroom, encoding="utf-8")
    shutil.rmtree(desk.root / "content/releases")
    return desk


def page(desk, when=CERTAIN, more="", name="sida.html"):
    file = desk.root / name
    file.write_text(PAGE.format(when=when, more=more), encoding="utf-8")
    return str(file)


def releases(desk):
    return sorted((desk.root / "content/releases").rglob("*.md"))


def imported(desk):
    (file,) = [file for file in releases(desk) if file != desk.first]
    return file


def test_the_first_page_is_taken_over_and_passes_the_check(agency):
    answer = agency.press("import", str(SOURCE), "--teasers")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "6 övertagna, 0 fanns redan, 0 med något kvar att göra." in answer.stdout
    assert f"{SOURCE}:10: läst som mellanrubrik: ”Information till patienter”" in answer.stdout
    checked = agency.press("check", "--json").json
    assert checked == {"files": 7, "faults": [], "doubts": []}


def test_releases_of_which_only_the_lead_is_there_are_taken_when_asked_for(agency):
    answer = agency.press("import", str(SOURCE))
    assert "1 övertagna" in answer.stdout
    assert answer.stdout.count("--teasers") == 5
    assert len(releases(agency)) == 1


def test_taking_over_again_changes_nothing(agency):
    agency.press("import", str(SOURCE), "--teasers")
    before = files(agency.root / "content")
    answer = agency.press("import", str(SOURCE), "--teasers", PRESSROOM_NOW="2027-01-01T12:00:00Z")
    assert answer.returncode == 0
    assert "0 övertagna, 6 fanns redan" in answer.stdout
    assert files(agency.root / "content") == before


def test_a_text_that_somebody_has_edited_is_left_as_it_is(agency):
    agency.press("import", str(SOURCE))
    (file,) = releases(agency)
    edited = file.read_text("utf-8").replace("title: ", "title: Nytt om ").replace("2025-03-14T09", "2025-03-14T10")
    renamed = file.parent.with_name("eget-namn")
    file.parent.rename(renamed)
    (renamed / "sv.md").write_text(edited, encoding="utf-8")
    assert "1 fanns redan" in agency.press("import", str(SOURCE)).stdout
    assert (renamed / "sv.md").read_text("utf-8") == edited
    assert len(releases(agency)) == 1


def test_a_file_with_faults_is_recognised_too(agency):
    agency.press("import", str(SOURCE))
    (file,) = releases(agency)
    file.write_text(file.read_text("utf-8").replace("title: ", "title: [", 1), encoding="utf-8")
    assert "1 fanns redan" in agency.press("import", str(SOURCE)).stdout
    assert releases(agency) == [file]


def test_what_was_written_by_hand_from_the_same_source_is_recognised(agency):
    shutil.copytree(ROOT / "content/releases", agency.root / "content/releases")
    before = files(agency.root / "content")
    assert "0 övertagna, 6 fanns redan" in agency.press("import", str(SOURCE), "--teasers").stdout
    assert files(agency.root / "content") == before


def test_no_feed_and_no_letter_tells_of_it_but_its_page_and_lists_do(agency, tmp_path):
    before = files(build(agency.root / "content", tmp_path / "before"))
    agency.press("import", str(SOURCE), "--teasers")
    after = files(build(agency.root / "content", tmp_path / "after"))
    announcing = [name for name in before if re.search(r"(^|/)(feed\.(rss|atom|json)|notices\.json)$", name)]
    assert len(announcing) == 7
    assert {name: after[name] for name in announcing} == {name: before[name] for name in announcing}
    title = "Icke godkända läkemedel för avancerad terapi utgör allvarliga hälsorisker".encode()
    assert title in after["pressmeddelanden/2025/index.html"]
    assert title in after["pressmeddelanden/2025/icke-godkanda-lakemedel-for-avancerad-terapi-utgor/index.html"]


@pytest.mark.parametrize("when", ["03/04/2019 10:00", "2019-03-14", "i våras", ""])
def test_a_time_that_is_not_certain_is_never_guessed(desk, when):
    answer = desk.press("import", page(desk, when))
    assert answer.returncode == 1
    assert "är lämnat" in answer.stderr or "lämnas" in answer.stderr
    assert "--published" in answer.stderr
    assert releases(desk) == [desk.first]


def test_a_time_that_is_given_settles_it(desk):
    assert desk.press("import", page(desk, "2019-03-14"), "--published", "2019-03-14 09:34").returncode == 0
    assert f"published: {CERTAIN}\n" in imported(desk).read_text("utf-8")


@pytest.mark.parametrize("given", ["03/04/2019 10:00", "2019-03-14"])
def test_a_time_that_is_given_must_be_certain_itself(desk, given):
    answer = desk.press("import", page(desk, "2019-03-14"), "--published", given)
    assert (answer.returncode, len(releases(desk))) == (2, 1)


def test_a_time_that_is_certain_stands(desk):
    desk.press("import", page(desk), "--published", "2001-01-01 09:34")
    assert f"published: {CERTAIN}\n" in imported(desk).read_text("utf-8")


def test_one_time_is_for_one_release(desk):
    sources = [page(desk, "2019-03-14"), page(desk, "2019-03-15", name="annan.html")]
    assert desk.press("import", *sources, "--published", CERTAIN).returncode == 2
    assert releases(desk) == [desk.first]


def test_the_time_is_asked_for_at_a_terminal(desk):
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "plugins.desk", "import", page(desk, "03/04/2019")]
    env = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=desk.root, env=env, stdin=follower, stdout=subprocess.PIPE, text=True) as asked:
        os.write(leader, b"nyss\n2019-03-04 10:00\n")
        told, _ = asked.communicate(timeout=60)
    os.close(leader)
    os.close(follower)
    assert asked.returncode == 0
    assert "2019-04-03, 2019-03-04" in told
    assert "published: 2019-03-04T10:00:00+01:00\n" in imported(desk).read_text("utf-8")


def test_an_old_address_is_kept_and_listed_for_its_host(desk):
    desk.press("import", page(desk))
    text = imported(desk).read_text("utf-8")
    assert 'url: "https://old.example/nyheter/1"' in text
    assert "moved_from" not in text
    answer = desk.press("import", "--redirects")
    assert answer.stdout == (
        "https://old.example/nyheter/1,https://press.example.org/pressmeddelanden/2019/vattnet-ar-rent/\n"
    )


def test_the_old_host_is_told_of_no_address_that_is_not_public_yet(desk):
    desk.press("import", page(desk, CERTAIN.replace("2019", "2031")))
    assert "published: 2031" in imported(desk).read_text("utf-8")
    assert desk.press("import", "--redirects").stdout == ""


def test_an_old_address_on_this_host_leads_on_from_here(desk, tmp_path):
    desk.press("import", page(desk), "--address", "https://press.example.org/nyheter/1")
    assert desk.press("import", "--redirects").stdout == ""
    built = build(desk.root / "content", tmp_path / "output")
    assert "/pressmeddelanden/2019/vattnet-ar-rent/" in (built / "nyheter/1/index.html").read_text("utf-8")


def test_what_is_left_to_fill_in_makes_a_draft_and_is_told_at_its_line(desk):
    file = desk.root / "utan.txt"
    file.write_text("Rubriken\n4.5.2021 10:00:00 CEST | Provverket | Kungörelse\n\nBrödtexten.\n", encoding="utf-8")
    answer = desk.press("import", str(file))
    assert answer.returncode == 1
    made = desk.root / "content/releases/2021/rubriken/sv.md"
    assert "\n#published: 2021-05-04T10:00:00+02:00\n" in made.read_text("utf-8")
    assert "content/releases/2021/rubriken/sv.md:3: type saknas" in answer.stdout
    assert "content/releases/2021/rubriken/sv.md:6: lead saknas" in answer.stdout
    assert {fault["sentence"] for fault in desk.press("check", "--json").json["faults"]} == set(
        re.findall(r"rubriken/sv\.md:\d+: (.+)", answer.stdout)
    )


def test_two_sources_of_one_release_make_one_file(desk):
    answer = desk.press("import", page(desk), page(desk, name="kopia.html"))
    assert answer.returncode == 0
    assert len(releases(desk)) == 2


def test_two_releases_with_one_headline_have_folders_of_their_own(desk):
    other = desk.root / "annan.html"
    page(desk)
    text = PAGE.format(when=CERTAIN.replace("09:", "10:"), more="")
    other.write_text(text.replace("nyheter/1", "nyheter/2"), encoding="utf-8")
    assert desk.press("import", str(desk.root / "sida.html"), str(other)).returncode == 0
    assert (desk.root / "content/releases/2019/vattnet-ar-rent-2/sv.md").is_file()


def test_a_folder_is_taken_over_and_what_cannot_be_read_is_told(desk):
    folder = desk.root / "arkiv/2019"
    folder.mkdir(parents=True)
    shutil.move(page(desk), folder)
    (folder / "rapport.pdf").write_bytes(b"%PDF-1.7")
    answer = desk.press("import", str(folder.parent))
    assert answer.returncode == 1
    assert "arkiv/2019/rapport.pdf: en PDF kan inte tas över" in answer.stderr
    assert imported(desk)


def test_rules_with_faults_are_told_and_nothing_is_made(desk):
    (desk.root / "regler.yaml").write_text("titel: h1\n", encoding="utf-8")
    answer = desk.press("import", page(desk), "--rules", "regler.yaml")
    assert answer.returncode == 2
    assert "regler.yaml:1: titel är inget fält" in answer.stderr
    assert releases(desk) == [desk.first]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sida.html", "--type", "okand"),
        ("sida.html", "--terms", "okand"),
        ("sida.html", "--images"),
        ("sida.html", "--rules", "finns-inte.yaml"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_made(desk, arguments):
    page(desk)
    answer = desk.press("import", *arguments)
    assert answer.returncode == 2
    assert answer.stderr.strip().endswith((".", ")."))
    assert releases(desk) == [desk.first]


@pytest.fixture
def old_host(tmp_path):
    """A web server on this machine with a page that shows a picture."""
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "Bild 1.png").write_bytes(PICTURES["teal"])
    more = "<figure><img src='Bild%201.png' alt='En båt'><figcaption>Vid kaj</figcaption></figure>"
    (folder / "sida.html").write_text(PAGE.format(when=CERTAIN, more=more), encoding="utf-8")
    handler = partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=partial(server.serve_forever, 0.02))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def test_pictures_are_left_out_unless_they_are_asked_for(desk, old_host):
    answer = desk.press("import", f"{old_host}/sida.html")
    assert answer.returncode == 0
    assert "1 bild är inte medtagen" in answer.stdout
    assert "images" not in imported(desk).read_text("utf-8")


def test_pictures_come_with_the_rights_that_were_given(desk, old_host):
    answer = desk.press("import", f"{old_host}/sida.html", "--images", "--credit", "Robin", "--terms", "fri")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    file = imported(desk)
    assert (file.parent / "bild-1.png").read_bytes() == PICTURES["teal"]
    for line in ("file: bild-1.png", "alt: En båt", "caption: Vid kaj", "credit: Robin", "terms: fri"):
        assert line in file.read_text("utf-8")
    assert desk.press("check").returncode == 0


@pytest.mark.parametrize(
    ("answers", "kept"), [(["", ""], False), (["Robin", ""], False), (["Robin", "okand", "fri"], True)]
)
def test_the_rights_are_asked_for_and_without_them_the_picture_is_left_out(desk, old_host, monkeypatch, answers, kept):
    monkeypatch.chdir(desk.root)
    given = iter(answers)
    speak("sv")
    run(Project.here(), [f"{old_host}/sida.html"], Choices(images=True), lambda question: next(given))
    assert (imported(desk).parent / "bild-1.png").exists() == kept

"""`press publish` and what belongs to it, with a real nginx that serves what was published."""

import contextlib
import http.server
import json
import shutil
import threading

import pytest

from plugins.publishing.targets.folder import Folder
from tests.desk.published import press_with_a_host


@pytest.fixture
def press(desk, tmp_path):
    with press_with_a_host(desk, tmp_path) as press:
        yield press


@pytest.fixture
def published(press):
    assert press.publish("--first")["result"] == "published"
    return press


def test_the_first_publishing_must_be_said_to_be_so(press):
    answer = press.publish()
    assert answer["result"] == "trouble" and "första gången" in answer["faults"][0]
    assert not (press.root / "current").exists()


def test_without_a_target_nothing_is_built(press):
    answer = press("publish", PRESSROOM_TARGET="")
    assert answer.returncode == 1 and "PRESSROOM_TARGET" in answer.stderr
    assert not (press.desk.root / "output").exists()


def test_what_is_published_is_what_readers_get(press):
    answer = press("publish", "--first")
    assert answer.returncode == 0, answer.stderr
    assert "nytt: Första meddelandet" in answer.stdout and "adresser kontrollerade" in answer.stdout
    assert "Första meddelandet" in press.get("/").text
    assert "Första meddelandet" in press.get("/feed.rss").text
    assert press.get("/.edition.json").status_code == 404


def test_with_nothing_due_it_is_silent_and_changes_nothing(published):
    before = (published.root / "current").readlink()
    answer = published("publish")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert published.publish()["result"] == "nothing"
    assert (published.root / "current").readlink() == before


def test_a_host_that_was_harmed_is_mended_within_the_hour(published):
    page = published.root / "current/index.html"
    right = page.read_bytes()
    page.unlink()
    assert published.publish()["result"] == "nothing"  # nothing was built: it is not looked for each minute
    published.desk.monkeypatch.setattr("plugins.desk.publishing.host.LOOK_EVERY", 0.0)
    assert published.publish()["result"] == "published"
    assert page.read_bytes() == right


def test_the_host_is_not_looked_through_each_time_but_whenever_anything_came_between(published):
    looked = []
    held = Folder.held
    published.desk.monkeypatch.setattr(Folder, "held", lambda self: (looked.append(1), held(self))[1])

    def looks(*arguments):
        looked.clear()
        return published.publish(*arguments)["result"], len(looked)

    published.write("ett", "Ett", id="ettettet")
    assert looks("--dry-run") == ("planned", 0)
    assert looks() == ("published", 0)
    (settled,) = published.desk.root.glob(".cache/publishing/*/settled.json")
    assert json.loads(settled.read_bytes())["before"] and published.get("/pressmeddelanden/2026/ett/").is_success
    published.write("tva", "Två", id="tvatvatv")
    record = published.root / "current/.edition.json"
    record.write_bytes(record.read_bytes())  # as by another machine's publishing
    assert looks() == ("published", 1)
    published.write("tre", "Tre", id="tretretr")
    settled.unlink()  # as by a publishing that was cut short
    assert looks() == ("published", 1)
    assert looks() == ("nothing", 0)


def test_what_comes_later_is_looked_at_as_of_then(published):
    link = "Se [det andra](../andra/sv.md)."
    published.write("ena", "Ena", id="enaenaen", published="2026-12-01T10:00:00Z", body=link)
    published.write("andra", "Andra", id="andraand", published="2026-12-02T10:00:00Z")
    published.write("nytt", "Ett nytt", id="nyttnytt")
    answer = published.publish()
    assert answer["result"] == "published" and answer["tells"][0].startswith("1 fel")


def test_a_dry_run_shows_what_would_change_and_changes_nothing(published):
    published.write("nytt", "Ett nytt", id="nyttnytt")
    before = (published.root / "current").readlink()
    effects = published.publish("--dry-run")["effects"]
    assert [(each["id"], each["step"]) for each in effects["releases"]] == [("nyttnytt", "new")]
    assert [(each["id"], each["revision"]) for each in effects["letters"]] == [("nyttnytt", 1)]
    assert {"feed.rss", "feed.atom", "feed.json"} <= set(effects["feeds"])
    said = published("publish", "--dry-run").stdout
    assert "utskick till prenumeranter: Ett nytt (version 1)" in said and "skulle skickas" in said
    assert (published.root / "current").readlink() == before
    assert published.get("/pressmeddelanden/2026/nytt/").status_code == 404


def test_an_edit_that_nobody_has_classed_is_not_published(published):
    text = published.desk.first.read_text(encoding="utf-8")
    published.desk.first.write_text(text.replace("En brödtext.", "En annan brödtext."), encoding="utf-8")
    answer = published("publish", "--yes")
    assert answer.returncode == 1 and "corrections" in answer.stderr
    assert "En annan" not in published.get("/pressmeddelanden/2025/forsta/").text


def test_a_fault_in_what_is_public_stops_it_and_one_in_a_draft_is_told(published):
    draft = published.write("utkast", "Ett utkast", id="utkast12", more="lead: två\n")
    draft.write_text(draft.read_text(encoding="utf-8").replace("published:", "# published:"), encoding="utf-8")
    published.write("nytt", "Ett nytt", id="nyttnytt")
    answer = published.publish()
    assert answer["result"] == "published" and "./press check" in " ".join(answer["tells"])
    published.write("fel", "Ett fel", id="felfelfe", more="keywords: [finns-inte]\n")
    answer = published.publish()
    assert answer["result"] == "unbuilt" and answer["content"][0]["file"].endswith("fel/sv.md")


def test_many_changes_at_once_ask_first(published):
    for number in range(25):
        published.write(f"nummer-{number}", f"Nummer {number}", id=f"nummer{number:02}")
    answer = published("publish")
    assert answer.returncode == 1 and "--yes" in answer.stderr
    assert published.publish("--yes")["result"] == "published"


def test_what_readers_do_not_get_is_told_and_looked_at_again_next_time(published):
    published.write("nytt", "Ett nytt", id="nyttnytt")
    with published_wrongly(published):
        answer = published.publish()
        assert answer["result"] == "unseen" and "./press rollback" in answer["tells"][0]
        assert published("publish", "--wait", "0").returncode == 1
    again = published.publish()
    assert (again["result"], again["effects"]) == ("published", None)
    assert published.publish()["result"] == "nothing"


def published_wrongly(press):
    """Let the public address answer something else meanwhile, as a host does whose cache is stuck."""
    @contextlib.contextmanager
    def wrongly():
        deploy = Folder.deploy
        press.desk.monkeypatch.setattr(Folder, "deploy", lambda self, *given: (deploy(self, *given), spoil())[0])
        try:
            yield
        finally:
            press.desk.monkeypatch.setattr(Folder, "deploy", deploy)
            spoiled.rename(spoiled.with_name("index.html"))

    spoiled = press.root / "current/pressmeddelanden/2026/nytt/spoiled"

    def spoil():
        spoiled.with_name("index.html").rename(spoiled)

    return wrongly()


def test_the_alarm_sounds_once_for_each_thing_that_is_wrong(published):
    heard = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    alarm = {"PRESSROOM_ALARM": f"http://127.0.0.1:{server.server_port}/"}
    try:
        file = published.write("fel", "Ett fel", id="felfelfe", more="keywords: [finns-inte]\n")
        for _ in range(2):
            assert published("publish", **alarm).returncode == 1
        assert len(heard) == 1 and "finns-inte" in heard[0]["text"] and heard[0]["site"] == published.url
        file.unlink()
        assert published("publish", **alarm).returncode == 0
        published.write("fel", "Ett fel", id="felfelfe", more="keywords: [finns-inte]\n")
        assert published("publish", **alarm).returncode == 1
        assert len(heard) == 2
    finally:
        server.shutdown()
        server.server_close()


def test_another_machine_does_not_publish_again_what_was_taken_back_here(published, tmp_path):
    newsroom = published.desk.root / "content/newsroom.yaml"
    kept = published.desk.root / ".cache/publishing"
    right = newsroom.read_text(encoding="utf-8")
    newsroom.write_text(right.replace("Välkommen.", "Välkomen."), encoding="utf-8")
    assert published.publish()["result"] == "published"
    shutil.copytree(kept, tmp_path / "elsewhere")
    assert published("rollback").returncode == 0

    shutil.rmtree(kept)
    shutil.copytree(tmp_path / "elsewhere", kept)
    assert published.publish()["result"] == "nothing"
    assert "Välkommen." in published.get("/").text
    published.write("nytt", "Ett nytt", id="nyttnytt")
    assert published.publish()["result"] == "held"
    newsroom.write_text(right, encoding="utf-8")
    assert published.publish("--yes")["result"] == "published"
    assert published.publish()["result"] == "nothing"


def test_without_an_edition_before_there_is_nothing_to_bring_back(published):
    answer = published("rollback")
    assert answer.returncode == 1 and "Ingen tidigare utgåva" in answer.stderr


def test_what_must_be_uploaded_by_hand_is_public_when_it_has_been_seen(press, tmp_path):
    upload, root = tmp_path / "upload", press.root / "current"
    press.extra = (("PRESSROOM_TARGET", f"list:{upload}"),)
    answer = press.publish("--first")
    assert answer["result"] == "unseen" and str(upload) in answer["tells"][0]
    assert (upload / "1-assets/_headers").read_text(encoding="utf-8").startswith("/*\n")
    for folder in sorted(upload.glob("?-*/")):
        shutil.copytree(folder, root, dirs_exist_ok=True)
    assert press.publish("--first")["result"] == "published"
    assert press.publish()["result"] == "nothing"


def test_the_rules_are_written_for_each_kind_of_server(press):
    assert "Content-Security-Policy" in press("hosting", "headers").stdout
    assert "file_server" in press("hosting", "caddy").stdout
    assert press("hosting", "apache").returncode == 2


def test_whoever_waits_also_hears_whether_letters_come(published, tmp_path):
    for part in ("cur", "new", "tmp"):
        (tmp_path / "canary" / part).mkdir(parents=True)
    given = {"PRESSROOM_CANARY": f"maildir:{tmp_path / 'canary'}"}
    published.write("nytt", "Ett nytt", id="nyttnytt")
    assert published("publish", **given).returncode == 0
    published.write("nyare", "Ett nyare", id="nyarenya")
    answer = published("publish", "--wait", "0", "--json", **given)
    assert answer.returncode == 1
    said = json.loads(answer.stdout)
    assert said["result"] == "published" and said["faults"] != []
    assert "Ett nyare" in published.get("/").text

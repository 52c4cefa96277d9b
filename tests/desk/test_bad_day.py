"""A press officer's bad day, with a real web server and the list running, and a power cut at every step.

Published under embargo, which lifts by the clock; a wrong figure corrected; a release withdrawn; an edition taken back,
and another that mustn't be.
"""

import socket

import pytest

from tests.desk.published import SHARED, a_list, press_with_a_host
from tests.publishing.killing import killed_at

STEPS = {"os.rename", "os.symlink", "shutil.rmtree", "socket.connect"}
"""Where the power is cut: every move of a file into its place, every clearing away, every word to another machine."""

PAGE = "/pressmeddelanden/2026/siffror/"
SECRETS = ("Hemliga siffror", "siffror1", "siffror/", "Ingressen till Hemliga", "42 procent")


@pytest.fixture
def day(desk, tmp_path):
    """A press officer, and the list; the first edition is public."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with press_with_a_host(desk, tmp_path, list_port=listening.getsockname()[1]) as press, a_list(
            tmp_path / "list", listening, press.url
        ) as the_list:
            press.extra = (("LIST_API_SECRET", SHARED),)
            assert press.publish("--first")["tells"] == []
            yield press, the_list


def through_power_cuts(action, whole, *, every):
    """Do the action until it succeeds, its process killed a little later each time; `whole` is asked after each."""
    step, cuts = 0, 0
    while killed_at(step, action, STEPS):
        assert whole()
        step, cuts = step + every, cuts + 1
    return cuts


def published(press):
    answer = press("publish", "--wait", "0")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def everything_served(press):
    files = (press.root / "current").resolve().rglob("*")
    return b"\n".join(str(file).encode() + b"\n" + file.read_bytes() for file in files if file.is_file())


def test_embargo_correction_withdrawal_and_the_way_back(day):
    press, the_list = day
    assert the_list.announced == {("abcd1234", 1)}

    # Under embargo: published again and again, and nothing of it leaves this machine
    figures = press.write("siffror", "Hemliga siffror", id="siffror1", published="2026-11-22T13:00:00Z",
                          body="Det är 42 procent.")  # fmt: skip
    press.now = "2026-11-22T12:59:59Z"
    published(press)
    assert not [secret for secret in SECRETS if secret.encode() in everything_served(press)]
    assert press.get(PAGE).status_code == 404

    # It lifts by the clock, and the power goes again and again
    press.now = "2026-11-22T13:00:00Z"

    def old_or_new():
        front, page = press.get("/").text, press.get(PAGE)
        lifted = page.status_code == 200
        # a letter can't precede its page
        assert lifted or ("siffror1", 1) not in the_list.announced
        return ("Hemliga siffror" in front) == lifted == ("Hemliga siffror" in press.get("/feed.atom").text)

    assert through_power_cuts(lambda: published(press), old_or_new, every=2) > 5
    assert "42 procent" in press.get(PAGE).text
    assert the_list.announced == {("abcd1234", 1), ("siffror1", 1)}
    assert press.publish()["result"] == "nothing"

    # The figure was wrong. In silence it isn't changed
    press.now = "2026-11-22T13:10:00Z"
    text = figures.read_text(encoding="utf-8").replace("42 procent", "24 procent")
    figures.write_text(text, encoding="utf-8")
    assert press.publish()["result"] == "stopped"
    assert "42 procent" in press.get(PAGE).text
    correction = "corrections: [{at: 2026-11-22T13:05:00Z, kind: correction, text: Andelen är 24 procent.}]\n---\n\nDet"
    figures.write_text(text.replace("---\n\nDet", correction), encoding="utf-8")

    def one_figure():
        page = press.get(PAGE).text
        return ("Det är 42 procent" in page) != ("Det är 24 procent" in page)

    through_power_cuts(lambda: published(press), one_figure, every=3)
    assert "Andelen är 24 procent." in press.get(PAGE).text
    assert ("siffror1", 2) in the_list.announced

    # It can't be taken back: letters may have gone out
    refused = press("rollback", "--wait", "0")
    assert refused.returncode == 1 and "siffror1" in refused.stderr
    assert "Andelen är 24 procent." in press.get(PAGE).text

    # Withdrawn: the address stays, the text goes everywhere
    press.now = "2026-11-22T13:20:00Z"
    text = figures.read_text(encoding="utf-8")
    withdrawal = "withdrawn: {at: 2026-11-22T13:15:00Z, kind: withdrawn, reason: Underlaget var fel.}\ncorrections"
    figures.write_text(text.replace("corrections", withdrawal), encoding="utf-8")
    through_power_cuts(lambda: published(press), lambda: press.get(PAGE).status_code == 200, every=3)
    page = press.get(PAGE)
    assert page.status_code == 200 and "Underlaget var fel." in page.text and "Det är 24" not in page.text
    assert b"24 procent" not in everything_served(press).replace("Andelen är 24 procent".encode(), b"")

    # Nor can the edition before it come back: it has the text that was withdrawn
    assert press("rollback", "--wait", "0").returncode == 1
    assert "Underlaget var fel." in press.get(PAGE).text

    # But an edition that only looks wrong can, and stays away until somebody says so
    newsroom = press.desk.root / "content/newsroom.yaml"
    right = newsroom.read_text(encoding="utf-8")
    newsroom.write_text(right.replace("Välkommen.", "Välkomen."), encoding="utf-8")
    published(press)
    assert "Välkomen." in press.get("/").text

    def taken_back():
        answer = press("rollback", "--wait", "0")
        assert answer.returncode == 0, answer.stderr

    def one_spelling():
        front = press.get("/").text
        return ("Välkomen." in front) != ("Välkommen." in front)

    through_power_cuts(taken_back, one_spelling, every=1)
    assert "Välkommen." in press.get("/").text
    assert press("publish").returncode == 0
    assert "Välkommen." in press.get("/").text
    newsroom.write_text(right.replace("Välkommen.", "Välkommen hit."), encoding="utf-8")
    assert press.publish()["result"] == "held"
    assert press.publish("--yes")["result"] == "published"
    assert "Välkommen hit." in press.get("/").text
    assert press("rollback").returncode == press("rollback").returncode == 0
    assert "Välkommen." in press.get("/").text


def test_a_list_that_is_down_stops_nothing_and_is_told_next_time(desk, tmp_path):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        with press_with_a_host(desk, tmp_path, list_port=listening.getsockname()[1]) as press:
            press.extra = (("LIST_API_SECRET", SHARED),)
            answer = press.publish("--first")
            assert answer["result"] == "published" and "utskickslistan" in answer["tells"][0]
            assert "Första meddelandet" in press.get("/").text
            listening.listen()
            with a_list(tmp_path / "list", listening, press.url) as the_list:
                assert press.publish(LIST_API_SECRET=SHARED[::-1])["tells"]
                assert the_list.announced == set()
                assert press.publish()["tells"] == []
                assert the_list.announced == {("abcd1234", 1)}

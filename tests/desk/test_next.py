"""`press next`, for people and for timers."""

from tests.desk.conftest import RELEASE


def embargoed(desk, published="2031-03-30T03:00:00+02:00"):
    file = desk.root / "content/releases/2031/hemlig/sv.md"
    file.parent.mkdir(parents=True)
    text = RELEASE.replace("abcd1234", "bbbb2222").replace("2025-03-14T09:34:36+01:00", published)
    file.write_text(text, encoding="utf-8")


def test_when_nothing_will_change_by_itself(desk):
    answer = desk.press("next")
    assert (answer.returncode, answer.stdout) == (0, "Inget kommer att ändras av sig självt.\n")
    assert desk.press("next", "--json").json == {
        "now": "2026-11-22T12:00:00Z", "next": None, "seconds": None, "changes": []
    }  # fmt: skip


def test_the_next_change_by_the_agencys_clock_and_in_utc_for_a_timer(desk):
    embargoed(desk)
    assert desk.press("next").stdout == (
        "30 mars 2031 kl.\N{NO-BREAK SPACE}03.00  content/releases/2031/hemlig/sv.md blir offentlig.\n"
    )
    told = desk.press("next", "--json", PRESSROOM_NOW="2031-03-30T00:59:00Z").json
    assert told == {
        "now": "2031-03-30T00:59:00Z",
        "next": "2031-03-30T01:00:00Z",
        "seconds": 60,
        "changes": [{"at": "2031-03-30T01:00:00Z", "cause": "publication"}],
    }
    assert desk.press("next", "--json", PRESSROOM_NOW=told["next"]).json["next"] is None


def test_json_names_what_is_under_embargo_only_if_asked_to(desk):
    """Pipelines log it."""
    embargoed(desk)
    assert "hemlig" not in desk.press("next", "--json").stdout
    (change,) = desk.press("next", "--json", "--names").json["changes"]
    assert (change["file"], change["name"]) == ("content/releases/2031/hemlig/sv.md", None)


def test_a_fault_that_hides_the_time_is_told(desk):
    embargoed(desk, published="i morgon")
    answer = desk.press("next", "--json")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("content/releases/2031/hemlig/sv.md:4: ")

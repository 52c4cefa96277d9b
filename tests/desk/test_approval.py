"""Four eyes: what some texts need before they are published. Real keys, real signatures, a real repository."""

import subprocess

import pytest
from PIL import Image

from tests.desk.published import press_with_a_host
from tests.publishing.conftest import program

WRITER, EDITOR = "writer@example.org", "editor@example.org"


def run(*command, folder=None):
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def press(desk, tmp_path):
    program("ssh-keygen"), program("git")
    content = desk.root / "content"
    lines = []
    for who in (WRITER, EDITOR):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", tmp_path / who)
        key = (tmp_path / f"{who}.pub").read_text(encoding="utf-8")
        lines.append(f'{who} namespaces="pressmeddelande" {key}')
    with press_with_a_host(desk, tmp_path) as press:
        assert press.publish("--first")["result"] == "published"
        (content / "approvers").write_text("# who may approve\n" + "".join(lines), encoding="utf-8")
        run("git", "init", "-q", folder=desk.root)
        committed(press)
        yield press


def committed(press, who=WRITER):
    run("git", "add", "content", folder=press.desk.root)
    names = ("-c", f"user.email={who}", "-c", "user.name=x", "-c", "commit.gpgsign=false")
    run("git", *names, "commit", "-q", "-m", "x", folder=press.desk.root)


def signed(press, file, who, kind="pressmeddelande"):
    file.with_name("sv.md.sig").unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-Y", "sign", "-n", kind, "-f", press.root.parent / who, file)
    committed(press, who)


def test_only_what_somebody_else_has_signed_is_published(press):
    file = press.write("nytt", "Ett nytt", id="nyttnytt")
    committed(press)
    answer = press.publish("--yes")
    assert answer["result"] == "stopped" and "content/releases/2026/nytt/sv.md" in answer["faults"][0]
    signed(press, file, WRITER)
    assert "kan inte också" in press.publish()["faults"][0]
    signed(press, file, EDITOR, kind="nyhet")
    assert "gäller inte" in press.publish()["faults"][0]
    signed(press, file, EDITOR)
    file.write_text(file.read_text(encoding="utf-8").replace("En brödtext", "En annan"), encoding="utf-8")
    committed(press)
    assert "gäller inte" in press.publish()["faults"][0]
    signed(press, file, EDITOR)
    assert press.publish()["result"] == "published"


def test_pictures_and_documents_are_approved_with_the_text(press):
    more = (
        "images: [{file: bild.png, alt: En bild., credit: Anna, terms: fri}]\n"
        "documents: [{file: rapport.txt, title: Rapport}]\n"
    )
    file = press.write("nytt", "Ett nytt", id="nyttnytt", more=more)
    beside = file.with_name("bild.png"), file.with_name("rapport.txt")
    Image.new("RGB", (800, 600), "red").save(beside[0])
    beside[1].write_text("Rapporten.", encoding="utf-8")
    committed(press)
    signed(press, file, EDITOR)
    assert "bild.png, rapport.txt" in press.publish()["faults"][0]
    sign = f"{{ cat sv.md; sha256sum bild.png rapport.txt; }} | ssh-keygen -q -Y sign -n pressmeddelande -f {press.root.parent / EDITOR} > sv.md.sig"  # noqa: E501
    run("sh", "-c", sign, folder=file.parent)
    committed(press, EDITOR)
    assert press.publish("--dry-run")["result"] == "planned"
    Image.new("RGB", (800, 600), "blue").save(beside[0])
    committed(press, EDITOR)
    assert "gäller inte texten med" in press.publish()["faults"][0]
    run("sh", "-c", sign, folder=file.parent)
    committed(press, EDITOR)
    assert "kan inte också" in press.publish()["faults"][0]  # whoever changed the picture


def test_a_stranger_can_not_approve(press):
    file = press.write("nytt", "Ett nytt", id="nyttnytt")
    committed(press)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", press.root.parent / "stranger")
    signed(press, file, "stranger")
    assert "bland godkännarna" in press.publish()["faults"][0]


def test_who_wrote_it_must_be_known(press):
    file = press.write("nytt", "Ett nytt", id="nyttnytt")
    signed(press, file, EDITOR)
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    signed(press, file, EDITOR)  # the editor has edited it: whose text is it now?
    assert "kan inte också" in press.publish()["faults"][0]
    (press.desk.root / ".git").rename(press.root.parent / "git")
    assert "hela historiken" in press.publish()["faults"][0]


def test_other_kinds_and_withdrawals_wait_for_nobody(press):
    news = press.write("nyhet", "En nyhet", id="nyhet123")
    news.write_text(news.read_text(encoding="utf-8").replace("pressmeddelande", "nyhet"), encoding="utf-8")
    first = press.desk.first.read_text(encoding="utf-8")
    withdrawal = "withdrawn: {at: 2026-11-22T11:00:00Z, kind: withdrawn, reason: Fel.}\ntitle"
    press.desk.first.write_text(first.replace("title", withdrawal), encoding="utf-8")
    assert press.publish()["result"] == "published"

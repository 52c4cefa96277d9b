"""`press check`, as it is run."""

FAULTY = "content/releases/2031/andra/sv.md"


def add_faulty(desk):
    file = desk.root / FAULTY
    file.parent.mkdir(parents=True)
    text = desk.first.read_text(encoding="utf-8").replace("abcd1234", "bbbb2222").replace("2025-03", "2031-03")
    file.write_text(text.replace("lead:", "lede:"), encoding="utf-8")


def test_no_faults(desk):
    answer = desk.press("check")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "Inga fel i 2 filer.\n", "")


def test_all_faults_are_told_with_file_and_line_also_of_embargoed_texts(desk):
    add_faulty(desk)
    desk.first.write_text(desk.first.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    answer = desk.press("check")
    assert answer.returncode == 1
    files = [line.split(": ")[0] for line in answer.stdout.splitlines()]
    first = "content/releases/2025/forsta/sv.md"
    assert sorted(files) == files
    assert {FAULTY + ":6", first + ":5"} <= set(files)
    assert "Traceback" not in answer.stdout + answer.stderr


def test_json_says_the_same(desk):
    add_faulty(desk)
    found = desk.press("check", "--json").json
    assert found["files"] == 3
    lines = [f"{f['file']}:{f['line']}: {f['sentence']}" for f in found["faults"]]
    assert lines == desk.press("check").stdout.splitlines()


def test_only_the_named_files_are_told_of_as_seen_from_where_the_command_was_given(desk):
    add_faulty(desk)
    folder = desk.root / "content/releases"
    assert desk.press("check", "2025", PRESS_CALLED_FROM=str(folder)).stdout == "Inga fel i 1 fil.\n"
    answer = desk.press("check", "2031/andra/sv.md", PRESS_CALLED_FROM=str(folder))
    assert answer.returncode == 1
    assert all(line.startswith(FAULTY) for line in answer.stdout.splitlines())


def test_a_faulty_newsroom_is_told_whatever_was_asked_for(desk):
    file = desk.root / "content/newsroom.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")
    answer = desk.press("check", "content/releases")
    assert answer.returncode == 1
    assert answer.stdout.startswith("content/newsroom.yaml:")


def test_what_is_no_text_of_the_content_is_refused(desk):
    for name in ("pelicanconf.py", "content/nowhere.md", "/etc/passwd"):
        answer = desk.press("check", name)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "är inte en text i innehållsmappen" in answer.stderr


def test_what_is_hardly_meant_is_told_and_stops_nothing(desk):
    text = desk.first.read_text(encoding="utf-8")
    desk.first.write_text(text + "\n    Indraget.\n\n[Nedan](#nedan)\n", encoding="utf-8")
    desk.first.with_name("diagram.xlsx").write_bytes(b"x")
    answer = desk.press("check")
    assert answer.returncode == 0
    told = [line.split(": ")[0] for line in answer.stdout.splitlines()]
    folder = "content/releases/2025/forsta"
    assert told == [f"{folder}/diagram.xlsx", f"{folder}/sv.md:11", f"{folder}/sv.md:13", "Inga fel i 2 filer."]
    assert answer.stdout.count("(Inget fel; är det meningen?)") == 3
    assert [doubt["line"] for doubt in desk.press("check", "--json").json["doubts"]] == [0, 11, 13]
    assert desk.press("check", str(desk.first)).stdout == answer.stdout.replace("2 filer", "1 fil")
    assert desk.press("check", "content/newsroom.yaml").stdout == "Inga fel i 1 fil.\n"


def test_a_headline_that_a_remark_cuts_is_a_fault(desk):
    desk.first.write_text(desk.first.read_text(encoding="utf-8").replace("Första", "Etta # två"), encoding="utf-8")
    answer = desk.press("check")
    assert answer.returncode == 1
    assert answer.stdout.startswith("content/releases/2025/forsta/sv.md:5: det som står efter #")

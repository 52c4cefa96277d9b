"""Front matter without guessing: everything is text, and every value knows its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.newsroom import Faults
from plugins.reading.manuscripts import frontmatter


def read(text):
    return frontmatter.read(text.encode(), "x.md")


def test_values_are_text_and_know_their_lines():
    manuscript = read("---\ntitle: nej\nurgent: no\nimages:\n  - file: a.jpg\n    alt: På väg\n---\nText\n")
    assert manuscript.front == {"title": "nej", "urgent": "no", "images": [{"file": "a.jpg", "alt": "På väg"}]}
    assert manuscript.line(("images", 0, "alt")) == 6
    assert manuscript.line(("images", 0, "credit")) == 5
    assert (manuscript.body, manuscript.body_line) == ("Text\n", 8)


@pytest.mark.parametrize("empty", ["", "~", "null"])
def test_a_key_without_a_value_is_as_if_it_were_not_written(empty):
    assert read(f"---\ntitle: x\nlead: {empty}\n---\n").front == {"title": "x"}


def test_a_quoted_empty_text_is_a_text():
    assert read('---\nlead: ""\n---\n').front == {"lead": ""}


def test_a_text_over_several_lines_is_one_line_of_words():
    assert read("---\nlead: >\n  Ett\n  två\n\n  tre\n---\n").front == {"lead": "Ett två tre"}


def test_line_ends_of_other_systems_are_understood():
    assert read("---\r\ntitle: x\r\n---\r\nText\r\n").body == "Text\n"


def test_a_mark_of_byte_order_is_taken_away():
    assert frontmatter.read("\ufeff---\ntitle: x\n---\n".encode(), "x.md").front == {"title": "x"}


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("---\ntitle: x\ntitle: y\n---\n", 3, "title stands here twice"),
        ("---\n- a\n---\n", 2, "key: value"),
        ("---\ntitle: x\n", 1, "no end"),
        ("---\n? [a]\n: b\n---\n", 2, "one word"),
        ("---\na: &x [1]\nb: *x\n---\n", 2, "& and *"),
    ],
)
def test_what_can_not_be_read_is_told_at_its_line(text, line, part):
    with pytest.raises(Faults) as raised:
        read(text)
    (fault,) = raised.value.faults
    assert part in fault.sentence()
    assert fault.line == line


@given(st.text() | st.text(alphabet="-:[]{}&*!|>'\"%@`#, \n\tab"))
def test_any_text_gives_a_mapping_or_faults(text):
    try:
        values, _ = frontmatter.load(text, "x.md")
    except Faults as faults:
        assert faults.faults
    else:
        assert isinstance(values, dict)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_manuscript_or_faults(data):
    try:
        frontmatter.read(data, "x.md")
    except Faults as faults:
        assert faults.faults


@pytest.mark.parametrize("begin", ["[", "{a: ", "- ", "? "])
def test_yaml_in_very_many_levels_is_told_and_ends_nothing(begin):
    with pytest.raises(Faults) as raised:
        read(f"---\ntitle: {begin if begin[0] in '[{' else ''}\n {begin * 100_000}\n---\n")
    assert [fault.message for fault in raised.value.faults] == ["the YAML is nested too deeply"]


@pytest.mark.parametrize(
    ("written", "code"), [(r"\0", "U+0000"), (r"\e[31m", "U+001B"), (r"\u202E", "U+202E"), (r"\uFEFF", "U+FEFF")]
)
def test_a_sign_that_no_text_may_hold_can_not_be_spelled_either(written, code):
    for text in (f'title: "a{written}b"', f'"a{written}b": c'):
        with pytest.raises(Faults) as raised:
            read(f"---\n{text}\n---\n")
        assert [fault.values for fault in raised.value.faults] == [(("code", code),)]


@pytest.mark.parametrize("end", [r"\n", r"\r", r"\r\n", r"\N", r"\L", r"\P"])
def test_an_end_of_line_that_is_spelled_is_a_space_too(end):
    assert read(f'---\ntitle: "a{end}b"\n---\n').front == {"title": "a b"}


def test_signs_that_no_text_may_hold_are_told_once_a_line():
    with pytest.raises(Faults) as raised:
        frontmatter.read(b"---\ntitle: x\n---\n" + b"\x01" * 900_000 + b"\n\x02", "x.md")
    assert [(fault.line, dict(fault.values)["code"]) for fault in raised.value.faults] == [(4, "U+0001"), (5, "U+0002")]

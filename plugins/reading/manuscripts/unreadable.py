"""Why YAML can't be read, said to those who wrote it: the parser's own words are for programmers, and in English."""

import re
from dataclasses import dataclass, field

import yaml

SENTENCES = {
    "tab": "the line begins with a tab; use spaces",
    "hard_space": "there is a non-breaking space here, which only looks like a space; write an ordinary one",
    "open_quote": "a text begins with {sign} here, but there is no {sign} at its end",
    "open_list": "what begins with {begin} here has no {end} at its end",
    "early_end": 'a quotation mark ends the text too early; write ” inside the text, and " only around the whole',
    "first_sign": 'a text that begins with {sign} needs quotation marks around it: "…"',
    "colon": 'a text that holds a colon needs quotation marks around it: "…"',
    "no_key": "the line is neither “key: value” nor indented; write a space after the colon, or indent a line that "
    "goes on with the text above",
    "indentation": "the line is not indented like the lines around it; a new file from ./press new shows how",
}
"""A sentence for each mistake that people make in front matter."""

_ENDS = {"[": "]", "{": "}"}
_HARD_SPACE = re.compile(r"^ *[^\S \t\n]|:[^\S \t\n]")
_VALUE = re.compile(r"\s*(?:- +)*[^\s:]+: +(?P<first>\S)")
_SIGNS = "[{*&!|>%@`-?,"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong on a line (from 0): a sentence, and the values for its places."""

    line: int
    message: str
    values: dict[str, str] = field(default_factory=dict)


def mistake(error: yaml.YAMLError, text: str) -> Mistake:
    """Answer what the person who wrote the text most likely did wrong."""
    lines = [*text.split("\n"), ""]
    context = getattr(error, "context", None) or ""
    problem = getattr(error, "problem", None) or ""
    line, column = _place(error, context)
    line = min(line, len(lines) - 1)
    if "quoted scalar" in context:
        return Mistake(line, SENTENCES["open_quote"], {"sign": lines[line][column : column + 1]})
    if (earlier := _open_quote(lines[:line])) is not None:
        return Mistake(earlier, SENTENCES["open_quote"], {"sign": '"'})
    sign = lines[line][column : column + 1]
    if "flow" in context and sign in _ENDS:
        return Mistake(line, SENTENCES["open_list"], {"begin": sign, "end": _ENDS[sign]})
    if line and _HARD_SPACE.match(lines[line - 1]):
        return Mistake(line - 1, SENTENCES["hard_space"])
    return _in_line(line, lines[line], problem)


def _place(error: yaml.YAMLError, context: str) -> tuple[int, int]:
    """Answer line and column of the mistake: often where something begins, not where the parser gave up."""
    begun = getattr(error, "context_mark", None)
    stopped = getattr(error, "problem_mark", None)
    where = begun if any(what in context for what in ("quoted", "simple key", "flow")) else stopped
    mark = where or stopped or begun
    return (mark.line, mark.column) if mark else (0, 0)


def _open_quote(lines: list[str]) -> int | None:
    """Answer the nearest line above whose text begins with a quotation mark and has no second one."""
    for number in range(len(lines) - 1, -1, -1):
        value = _VALUE.match(lines[number])
        if value and value["first"] == '"' and lines[number].count('"') == 1:
            return number
    return None


def _in_line(number: int, line: str, problem: str) -> Mistake:
    if re.match(r" *\t", line):
        return Mistake(number, SENTENCES["tab"])
    if _HARD_SPACE.search(line):
        return Mistake(number, SENTENCES["hard_space"])
    value = _VALUE.match(line)
    if value and value["first"] in "\"'":
        return Mistake(number, SENTENCES["early_end"])
    if value and value["first"] in _SIGNS:
        return Mistake(number, SENTENCES["first_sign"], {"sign": value["first"]})
    if len(re.findall(r":(?: |$)", line)) > 1:
        return Mistake(number, SENTENCES["colon"])
    if "expected ':'" in problem:
        return Mistake(number, SENTENCES["no_key"])
    return Mistake(number, SENTENCES["indentation"])

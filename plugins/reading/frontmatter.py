"""A Markdown file as a press officer wrote it: front matter with line numbers, and a body.

YAML is read without guessing: every value is text, lists or mappings (`no` stays `no`, dates stay as written).
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from plugins.newsroom import Fault, Faults

MARKDOWN_LIMIT = 1_000_000
"""Bytes of the largest Markdown or YAML file that is read; the longest release of an archive is a tenth of it."""

_LOADER = getattr(yaml, "CLoader", yaml.Loader)
# What a text may not hold: controls that XML forbids (XML 1.0, 2.2), and marks that turn the direction of writing
# and so can make a text look like another one.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)
_FENCE = re.compile(r"---[ \t]*")
_EMPTY = ("", "~", "null", "Null", "NULL")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A file taken apart. `lines` gives the line (from 1) of each value in `front` by its path of keys."""

    source: str
    front: dict[str, Any]
    lines: dict[Path, int]
    body: str
    body_line: int

    def line(self, path: Path) -> int:
        """Answer the line of the value, or of the nearest mapping around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def decode(data: bytes, source: str) -> str:
    """Answer the file's text with plain line ends.

    Raises Faults if the file is too large, empty, not UTF-8, or holds characters that no text needs.
    """
    if len(data) > MARKDOWN_LIMIT:
        megabytes = f"{len(data) / 1e6:.0f}"
        raise Faults([Fault.at(source, 0, "the file is {size} MB; a text may be 1 MB at most", size=megabytes)])
    if not data.strip():
        raise Faults([Fault.at(source, 0, "the file is empty")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Faults([Fault.at(source, line, "the file is not saved as UTF-8; save it again as UTF-8")]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = [
        Fault.at(
            source,
            text.count("\n", 0, match.start()) + 1,
            "there is an invisible character ({code}) here; remove it and write the words again",
            code=f"U+{ord(match[0]):04X}",
        )
        for match in _FORBIDDEN.finditer(text)
    ]
    if found:
        raise Faults(found)
    return text


def split(text: str, source: str) -> tuple[str, str, int]:
    """Answer front matter, body, and the line where the body begins. Raises Faults if there is no front matter."""
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        raise Faults([Fault.at(source, 1, "the file must begin with front matter between two lines of ---")])
    for number, line in enumerate(lines[1:], start=2):
        if _FENCE.fullmatch(line):
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    raise Faults([Fault.at(source, 1, "the front matter has no end: a line of --- is missing")])


def read(data: bytes, source: str) -> Manuscript:
    """Answer a Markdown file taken apart. Raises Faults with everything that hinders it."""
    front, body, body_line = split(decode(data, source), source)
    values, lines = load(front, source, first_line=2)
    return Manuscript(source, values, lines, body, body_line)


def load(text: str, source: str, first_line: int = 1) -> tuple[dict[str, Any], dict[Path, int]]:
    """Answer a YAML mapping as text values, and the line of each. Raises Faults if it is not a plain mapping.

    Empty values are left out, as if their keys had not been written.
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = (mark.line if mark else 0) + first_line
        problem = getattr(error, "problem", None) or getattr(error, "reason", "?")
        message = "the YAML can't be read here ({problem}); often a colon in a text needs quotation marks around it"
        raise Faults([Fault.at(source, line, message, problem=problem)]) from None
    except RecursionError:
        raise Faults([Fault.at(source, first_line, "the YAML is nested too deeply")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise Faults([Fault.at(source, first_line, "the front matter must be lines of the form key: value")])
    reader = _NodeReader(source, first_line)
    values = reader.mapping(node, ())
    if reader.faults:
        raise Faults(reader.faults)
    return values, reader.lines


class _NodeReader:
    def __init__(self, source: str, first_line: int) -> None:
        self.source = source
        self.first_line = first_line
        self.lines: dict[Path, int] = {(): max(first_line - 1, 1)}
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        if id(node) in self._seen:
            self._fault(node, "references with & and * are not used here; write the value out")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                self.lines[(*path, index)] = self._line(item)
                items.append(self.value(item, (*path, index)))
            return items
        if isinstance(node, yaml.ScalarNode) and not node.style and node.value in _EMPTY:
            return None
        return re.sub(r"\s*\n\s*", " ", node.value).strip()

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, "a key must be one word")
                continue
            key = key_node.value
            if (*path, key) in self.lines:
                self._fault(key_node, "{key} stands here twice", key=key)
                continue
            self.lines[(*path, key)] = self._line(key_node)
            value = self.value(value_node, (*path, key))
            if value is not None:
                values[key] = value
        return values

    def _line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self.first_line

    def _fault(self, node: yaml.Node, message: str, **values: object) -> None:
        self.faults.append(Fault.at(self.source, self._line(node), message, **values))

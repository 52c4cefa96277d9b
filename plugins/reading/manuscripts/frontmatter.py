"""A Markdown file as a press officer wrote it: front matter with line numbers, and a body.

YAML is read without guessing: every value is text, lists or mappings (`no` stays `no`, dates stay as written).
"""

import re
from typing import Any

import yaml

from plugins.newsroom import Fault, Faults
from plugins.reading.manuscripts.manuscript import Manuscript, Path
from plugins.reading.manuscripts.plain import NO_END, NO_FRONT_MATTER, NOT_UTF8, UTF16
from plugins.reading.manuscripts.unreadable import SENTENCES, mistake

MARKDOWN_LIMIT = 1_000_000
"""Bytes of the largest Markdown or YAML file that is read; the longest release of an archive is a tenth of it."""

INVISIBLE = "there is an invisible character ({code}) here; remove it and write the words again"

_LOADER = getattr(yaml, "CLoader", yaml.Loader)
# What a text may not hold: controls that XML forbids (XML 1.0, 2.2), and marks that turn the direction of writing
# and so can make a text look like another one.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)
_FENCE = re.compile(r"---[ \t]*")
# Ends of lines to YAML but not to editors, which would count lines otherwise than it
_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_LINE_END = re.compile(r"\s*[\n\r\x85\u2028\u2029]\s*")
_TRAILING = re.compile(r"\s+#(\S)?")
WORDS = {
    "title", "lead", "text", "alt", "caption", "credit", "reason", "before", "after", "action", "to", "issuer",
    "ministry", "recipient", "operative", "conditions", "consult_with", "copies_to", "role", "amount", "name", "plural",
    "function", "hours", "boilerplate", "introduction", "teaser", "promise",
}  # fmt: skip
"""Keys of what readers read. What stands after # in them was hardly meant as a remark."""
_DEEPEST = 20
_EMPTY = ("", "~", "null", "Null", "NULL")

def decode(data: bytes, source: str) -> str:
    """Answer the file's text with plain line ends.

    Raises Faults if the file is too large, empty, not UTF-8, or holds characters that no text needs.
    """
    if len(data) > MARKDOWN_LIMIT:
        megabytes = f"{len(data) / 1e6:.0f}"
        raise Faults([Fault.at(source, 0, "the file is {size} MB; a text may be 1 MB at most", size=megabytes)])
    if not data.strip():
        raise Faults([Fault.at(source, 0, "the file is empty")])
    if data.startswith(UTF16):
        raise Faults([Fault.at(source, 1, NOT_UTF8)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Faults([Fault.at(source, line, NOT_UTF8)]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _FORBIDDEN.search(text):
        lines = enumerate(text.split("\n"), start=1)
        found = ((number, _FORBIDDEN.search(line)) for number, line in lines)
        raise Faults([Fault.at(source, number, INVISIBLE, code=_code(match)) for number, match in found if match])
    return text


def split(text: str, source: str) -> tuple[str, str, int]:
    """Answer front matter, body, and the line where the body begins. Raises Faults if there is no front matter."""
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        raise Faults([Fault.at(source, 1, NO_FRONT_MATTER)])
    for number, line in enumerate(lines[1:], start=2):
        if _FENCE.fullmatch(line):
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    raise Faults([Fault.at(source, 1, NO_END)])


def read(data: bytes, source: str) -> Manuscript:
    """Answer a Markdown file taken apart. Raises Faults with everything that hinders it."""
    front, body, body_line = split(decode(data, source), source)
    values, lines = load(front, source, first_line=2)
    return Manuscript(source, values, lines, body, body_line)


def load(text: str, source: str, first_line: int = 1) -> tuple[dict[str, Any], dict[Path, int]]:
    """Answer a YAML mapping as text values, and the line of each. Raises Faults if it is not a plain mapping.

    Empty values are left out, as if their keys had not been written.
    """
    text = _OTHER_LINE_ENDS.sub(" ", text)
    try:
        _check_depth(text, source, first_line)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        made = mistake(error, text)
        raise Faults([Fault.at(source, made.line + first_line, made.message, **made.values)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise Faults([Fault.at(source, first_line, "the front matter must be lines of the form key: value")])
    reader = _NodeReader(source, first_line, text)
    values = reader.mapping(node, ())
    if reader.faults:
        raise Faults(reader.faults)
    return values, reader.lines


def _check_depth(text: str, source: str, first_line: int) -> None:
    """Raise Faults before anything reads the YAML level by level: the C library would end the whole process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise Faults([Fault.at(source, _line(event) + first_line, "the YAML is nested too deeply")])


def _line(marked: Any) -> int:
    return int(marked.start_mark.line)


def _code(match: re.Match[str]) -> str:
    return f"U+{ord(match[0]):04X}"


class _NodeReader:
    def __init__(self, source: str, first_line: int, text: str) -> None:
        self.source = source
        self.first_line = first_line
        self.written = [*re.split(r"\r\n?|\n", text), ""]  # where YAML puts an empty value at the end
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
        if isinstance(node, yaml.ScalarNode) and not node.style:
            self._check_plain(node, path)
            if node.value in _EMPTY:
                return None
        self._check_signs(node)
        return _LINE_END.sub(" ", node.value).strip()

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, "a key must be one word")
                continue
            key = key_node.value
            if self._check_signs(key_node):
                continue
            if ":" in key:
                self._fault(key_node, "{key} lacks a space after the colon", key=key)
                continue
            if (*path, key) in self.lines:
                self._fault(key_node, "{key} stands here twice", key=key)
                continue
            self.lines[(*path, key)] = self._line(key_node)
            value = self.value(value_node, (*path, key))
            if value is not None:
                values[key] = value
        return values

    def _check_signs(self, node: yaml.Node) -> bool:
        r"""Note what no text may hold, which in quotation marks can also be written with letters: \0, \u202E."""
        found = _FORBIDDEN.search(node.value)
        if found:
            self._fault(node, INVISIBLE, code=_code(found))
        return found is not None

    def _check_plain(self, node: yaml.ScalarNode, path: Path) -> None:
        """What YAML takes for a label (& and !) or a remark (#) would vanish from the text without a word."""
        first = self.written[node.start_mark.line][node.start_mark.column : node.start_mark.column + 1]
        if first in ("&", "!"):
            self._fault(node, SENTENCES["first_sign"], sign=first)
        end = node.end_mark
        remark = _TRAILING.match(self.written[end.line], end.column)
        if remark and (remark[1] or (node.value and WORDS & set(path))):
            self._fault(node, 'what stands after # is not read; put quotation marks around the whole text: "…"')

    def _line(self, node: yaml.Node) -> int:
        return _line(node) + self.first_line

    def _fault(self, node: yaml.Node, message: str, **values: object) -> None:
        self.faults.append(Fault.at(self.source, self._line(node), message, **values))

"""How plain text is set: lines, lists, headings and links, as on a typewriter."""

import re

_THREE_LINES = re.compile(r"\n{3,}")


def spaced(text: str) -> str:
    """Answer the text with all white space between two words as one space; a no-break space is meant and stays."""
    for sign in "\t\r\n\f":
        text = text.replace(sign, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def tidy(text: str) -> str:
    """Answer lines without white space around them, at most one empty line in a row."""
    lines = "\n".join(spaced(line).strip(" ") for line in text.split("\n"))
    return _THREE_LINES.sub("\n\n", lines).strip("\n ")


def underlined(heading: str, line: str = "-") -> str:
    """Answer the heading with a line of signs below it; "" stays so."""
    return f"{heading}\n{line * len(heading)}" if heading else ""


def listed(items: list[str]) -> str:
    """Answer a list of items, an empty line apart if any of them has one in it."""
    return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)


def indented(text: str, first: str, rest: str) -> str:
    """Answer the text with a mark before its first line, and `rest` before the others."""
    if "\n" not in text:
        return f"{first}{text}".rstrip()
    return "\n".join(f"{first if number == 0 else rest}{line}".rstrip() for number, line in enumerate(text.split("\n")))


def linked(text: str, address: str) -> str:
    """Answer a link's text with its address after it, unless that says no more than the text."""
    shown = address.removeprefix("mailto:")
    if not address or address.startswith(("#", "tel:")) or text.strip() in ("", address, shown):
        return text
    return f"{text} ({shown})"

"""The architecture as a table: which room may import which, and which library belongs to one room alone."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parent.parent / "plugins"
ROOMS = sorted(folder.name for folder in PLUGINS.iterdir() if (folder / "__init__.py").exists())

MAY_IMPORT = {
    "newsroom": set(),
    "edition": {"newsroom"},
    "media": {"newsroom", "edition"},
    "reading": {"newsroom", "media"},
    "pages": {"newsroom", "edition"},
    "feeds": {"newsroom", "edition"},
    "subscriptions": {"newsroom", "edition"},
    "importing": {"newsroom", "reading"},
    "publishing": {"newsroom", "edition"},
    "desk": set(ROOMS) - {"desk"},
}

ONLY_IN = {
    "PIL": {"media"},
    "markdown": {"reading"},
    "yaml": {"reading"},
    "nh3": {"reading", "subscriptions"},  # a letter's body was written on another machine
    "feedgen": {"feeds"},
    "icalendar": {"feeds"},
    "feedparser": {"importing"},
    "mammoth": {"importing"},
    "markdownify": {"importing"},
    "boto3": {"publishing"},
    "brotli": {"publishing"},
    "typer": {"desk"},
    "starlette": {"desk", "subscriptions"},
    "uvicorn": {"desk", "subscriptions"},
    "aiosmtpd": {"subscriptions"},
    "dns": {"subscriptions"},
    "flufl": {"subscriptions"},
    "sqlalchemy": {"subscriptions"},
    "alembic": {"subscriptions"},
    "psycopg": {"subscriptions"},
    "watchfiles": {"desk"},
}


SERVERS = {PLUGINS / "subscriptions" / part for part in ("feedback", "operations", "sending", "service", "store")}
"""Programs that run day and night: they have a clock and a state of their own, and publish nothing."""


def modules(room):
    return sorted((PLUGINS / room).rglob("*.py"))


def of_the_build(room):
    return [module for module in modules(room) if not SERVERS & set(module.parents)]


def imported(module):
    """Answer the dotted names that the module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide which room is meant"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_room_is_in_the_table():
    assert set(ROOMS) == set(MAY_IMPORT)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_the_rooms_they_may(room):
    for module in modules(room):
        for name in imported(module):
            parts = name.split(".")
            if parts[0] == "plugins" and len(parts) > 1 and parts[1] != room:
                assert parts[1] in MAY_IMPORT[room], f"{module.relative_to(PLUGINS)} imports {name}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_belongs_to_its_room(library):
    for room in ROOMS:
        for module in modules(room):
            if library in {name.split(".")[0] for name in imported(module)}:
                assert room in ONLY_IN[library], f"{module.relative_to(PLUGINS)} imports {library}"


@pytest.mark.parametrize("room", ROOMS)
def test_pelican_is_imported_only_where_a_room_meets_it(room):
    """Rooms work without Pelican: only register(), the generators and the desk's front door import it."""
    for module in modules(room):
        if module.name in ("__init__.py", "generator.py") or room == "desk":
            continue
        assert "pelican" not in {name.split(".")[0] for name in imported(module)}, module


def test_rooms_can_be_imported_without_pelican():
    """In a process of its own, where importing Pelican fails."""
    names = [
        ".".join(["plugins", *module.relative_to(PLUGINS).with_suffix("").parts]).removesuffix(".__init__")
        for room in set(ROOMS) - {"desk"}
        for module in modules(room)
        if module.name != "generator.py"
    ]
    program = "import sys; sys.modules['pelican'] = None\n" + "\n".join(f"import {name}" for name in sorted(names))
    subprocess.run([sys.executable, "-c", program], cwd=PLUGINS.parent, check=True)


WRITING = {"write_bytes", "write_text", "mkdir", "rename", "unlink", "rmdir", "rmtree", "touch", "symlink_to"}


@pytest.mark.parametrize("room", ["newsroom", "reading", "pages", "feeds", "subscriptions"])
def test_only_the_edition_writes_files(room):
    """Media and reading keep caches of their own and the desk makes new texts; what is published is the edition's."""
    for module in of_the_build(room):
        if room == "reading" and module.name in ("galleys.py", "masthead.py", "memory.py"):
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "open":
                raise AssertionError(f"{module}:{node.lineno} opens a file")
            if isinstance(node.func, ast.Attribute) and node.func.attr in WRITING:
                raise AssertionError(f"{module}:{node.lineno} writes with {node.func.attr}")
            if isinstance(node.func, ast.Attribute) and node.func.attr == "open":
                modes = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                assert modes in ([], ["rb"]), f"{module}:{node.lineno} opens a file to write"


CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "localtime"}


@pytest.mark.parametrize("room", sorted(set(ROOMS) - {"desk"}))
def test_nobody_asks_the_clock(room):
    for module in of_the_build(room):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
                owner = node.func.value
                name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                assert name not in ("datetime", "date", "time"), f"{module}:{node.lineno} asks the clock"


SET_OF_SIGNS = re.compile(r"\[(?:\\.|[^\]\\])+\]")
GROUP_THAT_GIVES_NOTHING_BACK = re.compile(r"(?<!\\)\)(?:[*+?]|\{[\d,]+\})\+|\(\?>")


@pytest.mark.parametrize("room", ROOMS)
def test_patterns_mean_the_same_in_every_python(room):
    """Python up to 3.11.4, Debian 12's own among them, misreads possessive groups; single signs it reads rightly."""
    for file in set(modules(room)) - {PLUGINS / "desk/__main__.py"}:
        module = importlib.import_module(".".join(file.relative_to(PLUGINS.parent).with_suffix("").parts))
        patterns = {name: str(each.pattern) for name, each in vars(module).items() if isinstance(each, re.Pattern)}
        bare = {name: SET_OF_SIGNS.sub("x", pattern) for name, pattern in patterns.items()}
        found = [name for name, pattern in bare.items() if GROUP_THAT_GIVES_NOTHING_BACK.search(pattern)]
        assert not found, f"{file}: {found}"

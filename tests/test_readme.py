"""The README says what there is: every key, every command and option, every target and setting that it names."""

import re
import types
from pathlib import Path
from typing import get_args, get_origin

import pytest
import typer
from pydantic import BaseModel

from plugins.desk.app import app
from plugins.reading.manuscripts.schema import AssignmentShape, PageShape, ReleaseShape, TranslationShape
from plugins.reading.masthead.newsroom_schema import NewsroomShape

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

TABLES = {
    "### Ett meddelande": ReleaseShape,
    "### En översättning": TranslationShape,
    "### Ett regeringsuppdrag": AssignmentShape,
    "### En sida": PageShape,
    "### `content/newsroom.yaml`": NewsroomShape,
}


def section(heading):
    after = README.split(f"\n{heading}", 1)[1]
    return re.split(r"\n##", after, maxsplit=1)[0]


def keys(shape, prefix=""):
    """Answer every key of a shape, `images.file` or `contacts.*.mail`, and whether it is required."""
    found = {}
    for name, field in shape.model_fields.items():
        found[prefix + name] = field.is_required()
        for inner, listed in inner_shapes(field.annotation):
            found |= keys(inner, f"{prefix}{name}.{'*.' if listed else ''}")
    return found


def inner_shapes(annotation, listed=False):
    """Answer the shapes in a type, and whether they stand under names of the newsroom's own."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [(annotation, listed)] if issubclass(annotation, BaseModel) else []
    by_name = listed or get_origin(annotation) is dict
    return [found for part in get_args(annotation) for found in inner_shapes(part, by_name)]


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_in_its_table_and_said_to_be_required_when_it_is(heading):
    rows = re.findall(r"(?m)^\| `([^`]+)` \| (ja|yes|) ?\| \S", section(heading))
    assert {key: bool(required) for key, required in rows} == keys(TABLES[heading])
    assert len(rows) == len(dict(rows))


def test_every_command_and_option_is_told_of():
    table = section("## The command `./press`")
    rows = {name: line for line in table.splitlines() for name in re.findall(r"^\| `\./press (\w+)", line)}
    commands = typer.main.get_command(app).commands
    assert list(rows) == list(commands)
    for name, command in commands.items():
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", rows[name])) == options, name


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE)) <= targets


def test_ci_runs_the_command_that_the_readme_gives():
    assert "make test " in section("## Two commands")
    assert "exec make test\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_the_changelog_has_something_new():
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_setting_of_the_list_is_told_of():
    settings = (ROOT / "plugins/subscriptions/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'read(?:\.optional)?\("([A-Z_]+)"', settings))
    table = README[README.index("### Settings of the list") : README.index("### Personal data")]
    assert {f"LIST_{name}" for name in read} == set(re.findall(r"LIST_[A-Z_]+", table.replace("LIST_MODE=", "")))

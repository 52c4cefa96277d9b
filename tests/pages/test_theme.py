import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import FileSystemLoader, TemplateSyntaxError, UndefinedError, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from plugins.edition.stage import Stage
from plugins.newsroom import Site, State
from plugins.pages.theme import Theme, format_name, srcset
from tests.nouns import THEME, a_newsroom, a_rendition, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage with a copy of the theme that a test may change."""
    shutil.copytree(THEME, tmp_path / "theme")
    stage = a_stage(a_newsroom())
    stage.environment.loader = FileSystemLoader(tmp_path / "theme" / "templates")
    return replace(stage, theme=tmp_path / "theme")


def change(file: Path) -> None:
    file.write_text(file.read_text("utf-8") + "\n{# changed #}", "utf-8")


@pytest.mark.parametrize("part", ["front.html", "base.html", "parts/frame.html", "parts/entries.html"])
def test_a_template_is_all_that_it_extends_includes_and_imports(stage: Stage, part: str) -> None:
    before = Theme(stage).template_input("front.html")
    change(stage.theme / "templates" / part)
    assert Theme(stage).template_input("front.html") != before


def test_a_template_is_nothing_else(stage: Stage) -> None:
    before = Theme(stage).template_input("front.html")
    change(stage.theme / "templates" / "release.html")
    assert Theme(stage).template_input("front.html") == before


def test_a_template_that_names_another_by_a_variable_is_refused(stage: Stage) -> None:
    (stage.theme / "templates" / "odd.html").write_text("{% include which %}", "utf-8")
    with pytest.raises(ValueError, match=r"odd\.html"):
        Theme(stage).template_input("odd.html")


@pytest.mark.parametrize(
    "written",
    [
        '{# {% include "gone.html" %} #}',
        "{{ '{% include which %}' }}",
        '{% set sign = "{#" %}{% include "base.html" %}{# a comment #}',
        "{%- from\n'base.html' import header %}",
        '{% include ["base.html", "page.html"] %}',
    ],
)
def test_a_template_names_what_jinja_finds_named(stage: Stage, written: str) -> None:
    (stage.theme / "templates" / "odd.html").write_text(written, "utf-8")
    before = Theme(stage).template_input("odd.html")
    change(stage.theme / "templates" / "base.html")
    assert (Theme(stage).template_input("odd.html") != before) == ("base.html" in written)


def test_where_a_template_is_wrong_is_told(stage: Stage) -> None:
    (stage.theme / "templates" / "odd.html").write_text("\n\n{% include %}", "utf-8")
    with pytest.raises(TemplateSyntaxError) as told:
        Theme(stage).template_input("odd.html")
    assert (told.value.name, told.value.lineno) == ("odd.html", 3)


def test_functions_of_the_settings_are_given_the_context_that_they_ask_for(stage: Stage) -> None:
    @pass_context
    def here_of(context: Context, prefix: str) -> str:
        return f"{prefix}{context['here']}"

    stage.environment.globals["here_of"] = here_of
    (stage.theme / "templates" / "odd.html").write_text('{% for n in "ab" %}{{ here_of(n) }} {% endfor %}', "utf-8")
    page = Theme(stage).page("odd.html", "sv", {"sv": "om/"})
    assert page.render() == b"aom/ bom/ "


class Helper:
    @pass_context
    def here(self, context: Context, prefix: str = "") -> str:
        return f"{prefix}{context['here']}"

    def twice(self, text: str, *, between: str = "") -> str:
        return f"{text}{between}{text}"

    def __call__(self, text: str) -> str:
        return f"({text})"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('{{ help.here("i ") }}', "i om/"),
        ('{{ help.twice("a", between=" & ") }}', "a &amp; a"),
        ('{{ help("a") }}', "(a)"),
        ('{{ "a".upper() }}', "A"),
        ("{{ dict(a=1)['a'] }}", "1"),
        ('{% macro m(a, b="<") %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(2, b=3) }}', "1&lt;23"),
        ("{% macro m() %}{{ varargs|length }}{{ kwargs.a }}{% endmacro %}{{ m(1, 2, a=3) }}", "23"),
        ("{% macro m() %}<b>{{ caller(1) }}</b>{% endmacro %}{% call(n) m() %}{{ n }}{% endcall %}", "<b>1</b>"),
    ],
)
def test_templates_call_what_jinja_would(stage: Stage, written: str, shown: str) -> None:
    stage.environment.globals["help"] = Helper()
    (stage.theme / "templates" / "odd.html").write_text(written, "utf-8")
    assert Theme(stage).page("odd.html", "sv", {"sv": "om/"}).render().decode() == shown


class Safe:
    def __html__(self) -> str:
        return "<i>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("<b>", "&lt;b&gt;"), (Markup("<b>"), "<b>"), (Safe(), "<i>"), (State.PUBLIC, "public"), (7, "7"), (None, "None")],
)
def test_only_what_is_safe_is_written_as_it_is(stage: Stage, value: object, shown: str) -> None:
    (stage.theme / "templates" / "odd.html").write_text("{% set v %}{{ value }}{% endset %}{{ value }}{{ v }}", "utf-8")
    assert Theme(stage).page("odd.html", "sv", {"sv": "om/"}, value=value).render().decode() == shown * 2


def test_a_name_that_nobody_gave_stops_the_page(stage: Stage) -> None:
    (stage.theme / "templates" / "odd.html").write_text("{{ misspelt }}", "utf-8")
    with pytest.raises(UndefinedError, match="misspelt"):
        Theme(stage).page("odd.html", "sv", {"sv": "om/"}).render()


def test_static_files_are_named_by_their_content(stage: Stage) -> None:
    before = {static.input.name: static.address for static in Theme(stage).static.values()}
    (stage.theme / "static" / "fonts" / "source-sans-3.woff2").write_bytes(b"another font")
    after = {static.input.name: static.address for static in Theme(stage).static.values()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"static:fonts/source-sans-3.woff2", "static:style.css"}, "the stylesheet names the font"


def test_the_stylesheet_leads_to_the_published_font(stage: Stage) -> None:
    theme = Theme(stage)
    font = theme.static["fonts/source-sans-3.woff2"].address.removeprefix("theme/")
    assert f'url("{font}")'.encode() in theme.static["style.css"].data


def test_weights() -> None:
    static = Theme(a_stage(a_newsroom())).static
    assert len(static["style.css"].data) <= 12_000
    assert sum(len(s.data) for name, s in static.items() if name.endswith(".js")) <= 3_000
    assert len(static["fonts/source-sans-3.woff2"].data) <= 40_000


def test_pelicans_environment_is_left_as_it_was() -> None:
    stage = a_stage(a_newsroom())
    before = set(stage.environment.filters), set(stage.environment.globals)
    Theme(stage)
    assert (set(stage.environment.filters), set(stage.environment.globals)) == before


def test_files_are_called_by_what_people_know() -> None:
    assert [format_name(a_rendition(name)) for name in ("a/b.jpg", "b.png", "c.docx")] == ["JPEG", "PNG", "DOCX"]


def test_srcset_counts_from_the_root_of_the_host() -> None:
    renditions = [a_rendition("a/bild-480.jpg", 480), a_rendition("a/bild-960.jpg", 960)]
    expected = "/press/a/bild-480.jpg 480w, /press/a/bild-960.jpg 960w"
    assert srcset(renditions, Site("https://example.se/press")) == expected

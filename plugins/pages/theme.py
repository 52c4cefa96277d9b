"""The theme's folder as something that pages are made from: templates, words and static files, each an input."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any, cast
from zoneinfo import ZoneInfo

from jinja2 import BaseLoader, Environment, Template, TemplateSyntaxError, meta
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from plugins.edition.stage import Stage
from plugins.newsroom import File, Input, Output, Rendition, Site, dates, fingerprint
from plugins.newsroom.wording import pieces
from plugins.pages.frame import Frame
from plugins.pages.linked_data import news_article
from plugins.pages.words import Words

FOLDER = "theme/"
"""Where static files are published."""

ONCE = 16384
"""How many pieces of pages are remembered in each language, such as what all lists show of a release: some 15 MB."""
DAYS = 8192
"""How many dates are remembered as they are written."""

_URL = re.compile(rb'url\("(?!data:)([^"]+)"\)')


class Static:
    """One file of `theme/static/`, published under a name with its content's hash so that it can be cached for ever."""

    def __init__(self, root: Path, file: Path) -> None:
        name = file.relative_to(root)
        self.data = _with_hashed_links(root, file) if file.suffix == ".css" else file.read_bytes()
        digest = fingerprint(self.data)
        self.address = f"{FOLDER}{name.with_name(f'{file.stem}.{digest[:8]}{file.suffix}').as_posix()}"
        self.input = Input(f"static:{name.as_posix()}", digest)

    def output(self) -> Output:
        return Output(path=self.address, inputs=(self.input,), render=lambda: self.data)


_PLAIN = frozenset((FunctionType, MethodType, partial, type(lru_cache(len))))
"""What is called as it stands, unless a mark on it says that it wants the context."""


class _Context(Context):
    """Calls what templates call at once: Jinja asks each of them twice, at every call, whether it wants the context."""

    def call(
        self, called: Callable[..., Any], /, *args: Any, _block_vars: Any = None, _loop_vars: Any = None, **kwargs: Any
    ) -> Any:
        kind = type(called)
        if kind is Macro:
            return called(self.eval_ctx, *args, **kwargs)
        function = called.__func__ if isinstance(called, MethodType) else called
        if kind in _PLAIN and not hasattr(function, "jinja_pass_arg"):
            return called(*args, **kwargs)
        return super().call(called, *args, _block_vars=_block_vars, _loop_vars=_loop_vars, **kwargs)


def _escaped(value: Any) -> Markup:
    return value if type(value) is Markup else escape(value)


class _Template(Template):
    """Writes what is safe already as it is; MarkupSafe copies it twice, and most of a page is finished pieces."""

    @classmethod
    def from_code(cls, *args: Any, **kwargs: Any) -> Template:
        made = super().from_code(*args, **kwargs)
        # compiled templates write every value by this name; under another, they would only be slower
        cast(FunctionType, made.root_render_func).__globals__["escape"] = _escaped
        return made


class Theme:
    """Makes pages of nouns. Everything that a page reads besides its nouns is declared here, once."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._template_inputs: dict[str, Input] = {}
        self._sources: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._languages = {language: self._in_language(language) for language in stage.newsroom.languages}

    @cached_property
    def static(self) -> dict[str, Static]:
        """Answer the static files by their names in `theme/static/`."""
        root = self._stage.theme / "static"
        files = sorted(file for file in root.rglob("*") if file.is_file() and not file.name.startswith("."))
        return {file.relative_to(root).as_posix(): Static(root, file) for file in files}

    def section(self, key: str) -> dict[str, str]:
        """Answer where a part of the press room is, in each language; `key` as for `Addresses.section`."""
        return self.everywhere(lambda language: self._stage.newsroom.addresses.section(language, key))

    def everywhere(self, address_in: Callable[[str], str]) -> dict[str, str]:
        """Answer where a page is that exists in all of the newsroom's languages."""
        return {language: address_in(language) for language in self._languages}

    def files(self) -> Iterator[Output]:
        """Answer the static files as they are published."""
        return (static.output() for static in self.static.values())

    def words(self, language: str) -> Words:
        """Answer the theme's words in one of the newsroom's languages."""
        return self._languages[language][1]

    def template_input(self, name: str) -> Input:
        """Answer a template as an input, with all that it extends, includes and imports.

        Raises ValueError for a template that names another by a variable.
        """
        if name not in self._template_inputs:
            read = sorted((part, self._source(part)[0]) for part in self._named_by(name, set()))
            self._template_inputs[name] = Input(f"template:{name}", fingerprint(repr(read)))
        return self._template_inputs[name]

    def _named_by(self, name: str, known: set[str]) -> set[str]:
        """Add the template and all that it names, directly or not, to those known, and answer them."""
        if name not in known:
            known.add(name)
            for other in self._source(name)[1]:
                self._named_by(other, known)
        return known

    def _source(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Answer a template's text and the templates that it names."""
        if name not in self._sources:
            environment = self._stage.environment
            text = cast(BaseLoader, environment.loader).get_source(environment, name)[0]
            named = tuple(_named_in(text, name, environment))
            if None in named:
                raise ValueError(f"{name} names a template by a variable, so nobody can tell what it reads")
            self._sources[name] = text, cast(tuple[str, ...], named)
        return self._sources[name]

    def page(
        self,
        template: str,
        language: str,
        addresses: Mapping[str, str],
        inputs: Iterable[Input] = (),
        *,
        path: str | None = None,
        **nouns: Any,
    ) -> Output:
        """Answer a page: `template` filled with `nouns`, for which `inputs` stand.

        `addresses` says where the page is in each language that has it; `path` is its file, unless that follows from
        the address. A template is also given the `frame`, the `words` and, lazily, the bodies.
        """
        environment, words, frame = self._languages[language]
        here = addresses.get(language)
        context = {"here": here, "addresses_of": addresses, "section": None, "feed": None, **nouns}
        return Output(
            path=path or f"{here}index.html",
            inputs=(
                frame,
                words.input,
                self.template_input(template),
                self._assets,
                Input("languages of the page", fingerprint(repr(sorted(addresses.items())))),
                *inputs,
            ),
            render=lambda: environment.get_template(template).render(context).encode(),
        )

    @cached_property
    def _assets(self) -> Input:
        """Pages name the static files by their hashes."""
        return Input("static", fingerprint(*(static.address for static in self.static.values())))

    def _in_language(self, language: str) -> tuple[Environment, Words, Input]:
        """Pelican's environment as it speaks in one language; Pelican's own is left as it was."""
        newsroom = self._stage.newsroom
        frame = Frame.of(newsroom, language, has_feeds="plugins.feeds" in self._stage.rooms)
        words = Words(self._stage.theme / "locale", language)
        environment = self._stage.environment.overlay(auto_reload=False)
        # templates are as they were when the build began; pages and parts of them ask for the same few again and again
        environment.get_template = cache(environment.get_template)  # type: ignore[method-assign]
        environment.filters = {**environment.filters, **_filters(language, newsroom.timezone, newsroom.site)}
        environment.globals = {
            **environment.globals,
            "_": words.gettext,
            "frame": frame,
            "language": language,
            "addresses": newsroom.addresses,
            "href": newsroom.site.href,
            "absolute": newsroom.site.absolute,
            "asset": lambda name: newsroom.site.href(self.static[name].address),
            "body_of": lambda text: Markup(self._stage.bodies.html(text)),  # noqa: S704 - sanitised where it was read
            "pieces": pieces,
            "news_article": partial(news_article, frame=frame),
            "once": lru_cache(ONCE)(lambda macro, *nouns: macro(*nouns)),
        }
        environment.context_class, environment.template_class = _Context, _Template
        # each page is given all of them; to copy them out of Jinja's own two layers takes ten times as long
        environment.make_globals = lambda d: {**environment.globals, **(d or {})}  # type: ignore[method-assign]
        return environment, words, frame.input


def _named_in(text: str, name: str, environment: Environment) -> Iterator[str | None]:
    """Answer the templates that a template names; None stands for one named by a variable.

    Only the tags that can name one are parsed: every build asks this of every template, and parsing is slow.
    """
    comment, variable, block = (
        (re.escape(getattr(environment, f"{kind}_start_string")), re.escape(getattr(environment, f"{kind}_end_string")))
        for kind in ("comment", "variable", "block")
    )
    naming = rf"{block[0]}[-+]?\s*(?:extends|include|import|from)\b.*?{block[1]}"
    others = "|".join(f"{begin}.*?{end}" for begin, end in (comment, variable, block))
    tags = re.findall(rf"({naming})|{others}", text, flags=re.DOTALL)
    try:
        parsed = environment.parse(text if environment.line_statement_prefix else "".join(tags))
    except TemplateSyntaxError:
        parsed = environment.parse(text, name)  # which says where the error is
    return meta.find_referenced_templates(parsed)


def _filters(language: str, timezone: ZoneInfo, site: Site) -> dict[str, Callable[..., Any]]:
    @lru_cache(DAYS)
    def moment(value: datetime) -> Markup:
        local = value.astimezone(timezone)
        return _time(local.isoformat(), dates.moment(local, language))

    @lru_cache(DAYS)
    def written(value: date) -> Markup:
        return _time(value.isoformat(), dates.day(value, language))

    def day(value: date) -> Markup:
        return written(value.astimezone(timezone).date() if isinstance(value, datetime) else value)

    return {
        "moment": moment,
        "day": day,
        "iso": lambda value: value.astimezone(timezone).isoformat(),
        "size": partial(dates.size, language=language),
        "format": format_name,
        "srcset": lambda renditions: srcset(renditions, site),
        "language_name": partial(dates.language_name, language=language),
        "own_name": lambda code: dates.language_name(code, code),
    }


def srcset(renditions: Iterable[Rendition], site: Site) -> str:
    """Answer the renditions as an HTML `srcset` with widths."""
    return ", ".join(f"{site.href(rendition.address)} {rendition.width}w" for rendition in renditions)


def format_name(file: File) -> str:
    """Answer what people call the file's format: `JPEG`, `PDF`, `DOCX`."""
    ending = file.address.rpartition(".")[2].upper()
    return {"JPG": "JPEG"}.get(ending, ending)


def _time(machine: str, shown: str) -> Markup:
    return Markup(f'<time datetime="{machine}">{escape(shown)}</time>')  # noqa: S704 - a time holds no signs of HTML


def _with_hashed_links(root: Path, stylesheet: Path) -> bytes:
    """Answer the stylesheet with its fonts under the names that they are published with."""

    def hashed(link: re.Match[bytes]) -> bytes:
        file = stylesheet.parent / link[1].decode()
        relative = file.parent.relative_to(stylesheet.parent) / Path(Static(root, file).address).name
        return f'url("{relative.as_posix()}")'.encode()

    return _URL.sub(hashed, stylesheet.read_bytes())

"""What lies at an address that a text has moved from: a small page that leads on, for hosts that can't redirect."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote

from markupsafe import Markup

from plugins.edition.stage import Stage
from plugins.newsroom import Assignment, Input, Output, Release, Site, fingerprint
from plugins.pages.words import Words

_PAGE = Markup("""\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={href}">
<link rel="canonical" href="{canonical}">
</head>
<body>
<main>
<h1>{moved}</h1>
<p><a href="{href}">{title}</a></p>
</main>
</body>
</html>
""")


def outputs(stage: Stage) -> Iterator[Output]:
    texts: tuple[Release | Assignment, ...] = (*stage.newsroom.releases, *stage.newsroom.assignments)
    moved = [text for text in texts if text.moved_from]
    said = {language: Words(stage.theme / "locale", language) for language in stage.newsroom.languages}
    for text in moved:
        words = said[text.language]
        for address in sorted(set(text.moved_from)):
            yield Output(
                path=file_at(address),
                inputs=(
                    stage.newsroom.site.input,
                    words.input,
                    Input(f"{text.source} moved", fingerprint(text.language, text.title, text.address)),
                ),
                render=partial(stub, text, stage.newsroom.site, words),
            )


def file_at(address: str) -> str:
    """Answer the file that a plain web server sends for an old address such as `nyheter/2019/r%C3%A5d/`.

    An address without a slash at the end is a file only if it looks like one (`nyhet.html`); else it is a folder,
    which servers send readers of `node/123` on to.
    """
    path = unquote(address)
    name = path.rpartition("/")[2]
    if "." in name:
        return path
    return f"{path}/index.html" if name else f"{path}index.html"


def stub(text: Release | Assignment, site: Site, words: Words) -> bytes:
    """Answer a page that sends its reader on at once (WCAG 2.2, technique H76) and is not indexed."""
    page = _PAGE.format(
        language=text.language,
        title=text.title,
        href=site.href(text.address),
        canonical=site.absolute(text.address),
        moved=words.gettext("The page has moved"),
    )
    return page.encode()

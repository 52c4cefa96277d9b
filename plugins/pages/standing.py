"""Pages of standing text from `content/pages`: about, accessibility, privacy …"""

from collections.abc import Iterator

from plugins.newsroom import Newsroom, Output
from plugins.pages.theme import Theme


def outputs(newsroom: Newsroom, theme: Theme, language: str) -> Iterator[Output]:
    """Answer each standing page that is written in the language."""
    for page in newsroom.pages:
        if page.language == language:
            addresses = {language: page.address, **{v.language: v.address for v in page.versions}}
            yield theme.page("page.html", language, addresses, (page.input,), page=page)

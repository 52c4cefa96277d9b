"""The page for addresses that lead nowhere: one for the whole site, which therefore speaks all its languages."""

from plugins.newsroom import Newsroom, Output
from plugins.pages.theme import Theme


def output(newsroom: Newsroom, theme: Theme) -> Output:
    """Answer `404.html`, which hosts show for any unknown address; it has no address of its own."""
    words = {language: theme.words(language) for language in newsroom.languages}
    return theme.page(
        "notfound.html",
        newsroom.language,
        {},
        tuple(each.input for each in words.values()),
        path="404.html",
        words=words,
    )

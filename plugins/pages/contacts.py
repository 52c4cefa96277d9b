"""The page that says whom a journalist can reach."""

from plugins.newsroom import Newsroom, Output
from plugins.pages.theme import Theme


def output(newsroom: Newsroom, theme: Theme, language: str) -> Output:
    """Answer the page with the contacts that hold today, in the order of newsroom.yaml but the press desk first."""
    desk = newsroom.press_desk
    others = [c for c in newsroom.contacts if c.slug != desk.slug and c.is_valid(newsroom.today)]
    return theme.page(
        "contacts.html",
        language,
        theme.section("contact"),
        tuple(contact.input for contact in others),
        section="contact",
        contacts=[desk, *others],
    )

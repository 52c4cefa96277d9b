"""Feeds: RSS, Atom, JSON Feed and the calendars of deadlines. One file per format, nouns in, bytes out."""


def register() -> None:
    """Called by Pelican: ask to be asked for feeds."""
    from plugins.edition.stage import gathering
    from plugins.feeds.outputs import outputs

    gathering.connect(outputs)

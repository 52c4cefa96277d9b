"""Content in, nouns out: selection, front matter, Markdown, checks, bodies."""


def register() -> None:
    """Read our own content instead of letting Pelican look for articles."""
    from pelican import signals

    from plugins.reading.generator import offer, quieten_pelican

    signals.initialized.connect(quieten_pelican)
    signals.get_generators.connect(offer)

"""What is published: gathers the rooms' outputs, writes what differs, removes what is gone. It alone writes files."""


def register() -> None:
    """Write the edition when Pelican generates output."""
    from pelican import signals

    from plugins.edition.generator import offer

    signals.get_generators.connect(offer)

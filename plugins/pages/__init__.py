"""The press room as people and machines meet it on the web: every page, and the open data beside them."""


def register() -> None:
    """Hand the pages to the edition (Pelican calls this)."""
    from plugins.edition.stage import gathering
    from plugins.pages.outputs import outputs

    gathering.connect(outputs)

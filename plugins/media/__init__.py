"""Pictures and documents: made ready once, cleaned of what nobody should see, labelled with what everybody should."""


def register() -> None:
    from plugins.edition.stage import gathering
    from plugins.media.outputs import outputs

    gathering.connect(outputs)

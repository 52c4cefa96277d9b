"""The e-mail list. At build time it tells what may be sent; at run time it reads that and sends it."""


def register() -> None:
    from plugins.edition.stage import gathering
    from plugins.subscriptions.outputs import outputs

    gathering.connect(outputs)

"""What the site says to the e-mail list that runs beside it: what it offers, and what may be sent."""

from collections.abc import Iterator

from plugins.edition.stage import Stage
from plugins.newsroom import Bundle, Output
from plugins.subscriptions import notices, offer


def outputs(stage: Stage) -> Iterator[Output | Bundle]:
    offered = offer.Offer.of(stage.newsroom)
    yield Output(path=offer.PATH, inputs=(offered.input,), render=offered.json)
    yield from notices.outputs(stage)

"""What a release page says to machines that read schema.org, as JSON-LD."""

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from plugins.newsroom import CorrectionKind, Release
from plugins.pages.frame import Frame

_WRITER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_IN_A_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def news_article(release: Release, frame: Frame, trail: Sequence[tuple[str, str]]) -> Markup:
    """Answer the release as a `NewsArticle`, and the way to it as a `BreadcrumbList`, safe inside `<script>`.

    `trail` is name and address of each page on the way, the front page first and the release last.
    """
    graph = {"@context": "https://schema.org", "@graph": [_article(release, frame), _breadcrumbs(trail, frame)]}
    text = _WRITER.encode(graph)
    for sign, reference in _IN_A_SCRIPT.items():
        text = text.replace(sign, reference)
    return Markup(text)  # noqa: S704 - the only signs that matter are escaped


def _article(release: Release, frame: Frame) -> dict[str, Any]:
    url = frame.site.absolute(release.address)
    zone = ZoneInfo(frame.timezone)
    publisher = {
        "@type": "GovernmentOrganization",
        "name": frame.publisher.label[release.language],
        "url": frame.publisher.url,
    }
    article: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "identifier": release.id,
        "headline": release.title,
        "inLanguage": release.language,
        "isAccessibleForFree": True,
        "datePublished": release.published.astimezone(zone).isoformat(),
        "dateModified": release.updated.astimezone(zone).isoformat(),
        "publisher": publisher,
        "author": publisher,
        "articleSection": release.type.label[release.language],
    }
    if release.keywords:
        article["keywords"] = [keyword.label[release.language] for keyword in release.keywords]
    told = [c for c in release.corrections if c.kind is not CorrectionKind.TYPO]
    if told:
        article["correction"] = [
            {"@type": "CorrectionComment", "text": c.text, "datePublished": c.at.astimezone(zone).isoformat()}
            for c in told
        ]
    if release.withdrawn:
        return {**article, "creativeWorkStatus": "Withdrawn"}
    article["description"] = release.lead
    if release.images:
        article["image"] = [frame.site.absolute(image.web.address) for image in release.images]
    return article


def _breadcrumbs(trail: Sequence[tuple[str, str]], frame: Frame) -> dict[str, Any]:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": frame.site.absolute(address)}
            for position, (name, address) in enumerate(trail, start=1)
        ],
    }

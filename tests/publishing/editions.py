"""Small editions for tests, written by the real edition room, and what a host makes of them."""

from plugins.edition.publish import publish
from plugins.newsroom import Output
from plugins.publishing.plan import Plan
from plugins.publishing.shipment import Dock

OLD = {
    "index.html": b'<a href="/releases/2030/a/">A</a>',
    "feed.atom": b"<feed>a</feed>",
    "notices.json": b'{"notices": ["a"]}',
    "public/2030.json": b"{}",
    "theme/style.11111111.css": b"body { color: black }",
    "releases/2030/a/index.html": b'<link href="/theme/style.11111111.css">A as it was',
    "releases/2030/a/picture.jpg": b"jpeg" * 50,
    "releases/2030/gone/index.html": b"soon gone",
    "keywords/old/index.html": b"no longer a keyword",
    "om/r\xe5d och d\xe5d/index.html": b"a name with letters and a space",
}

NEW = {
    **{path: data for path, data in OLD.items() if "gone" not in path and "keywords" not in path},
    "index.html": b'<a href="/releases/2030/b/">B</a> <a href="/releases/2030/a/">A</a>',
    "feed.atom": b"<feed>b, a</feed>",
    "notices.json": b'{"notices": ["b", "a"]}',
    "releases/2030/a/index.html": b'<link href="/theme/style.22222222.css">A as it is',
    "releases/2030/b/index.html": b'<link href="/theme/style.22222222.css">B',
    "releases/2030/b/picture.jpg": b"another",
    "theme/style.22222222.css": b"body { color: white }",
    "keywords/new/index.html": b'<a href="/releases/2030/b/">B</a>',
}
"""What makes the new edition: a release with a picture and a keyword of its own, another style sheet, an edited page
and feed; a page and a keyword are gone.
"""


def built(folder, files):
    """Write the files as an edition into the folder, and answer it."""
    publish([Output(path=path, inputs=(), render=lambda data=data: data) for path, data in files.items()], folder)
    return folder


def shipped(folder, files, *, compressed=False, extra=None):
    """Answer a shipment of the files, with a dock of its own below the folder."""
    output = built(folder / "output", files)
    return Dock(folder / "dock").prepare(output, compressed=compressed, extra=extra)


def deploy(target, shipment):
    """Bring the host to hold the shipment; answer the plan that it took."""
    plan = Plan.of(target.held(), shipment.manifest)
    target.deploy(shipment, plan)
    return plan


def assert_nothing_leads_astray(site):
    """Whatever a reader of the site as it was can come to is there, and letters can only be of what is there."""
    reached = {path for path in OLD if path in site}
    if any(b"/releases/2030/b/" in site[path] for path in reached):
        assert "releases/2030/b/index.html" in site
        reached.add("releases/2030/b/index.html")
    leads = b"".join(site[path] for path in reached)
    assert "releases/2030/a/index.html" in site
    for style in ("theme/style.11111111.css", "theme/style.22222222.css"):
        if style.encode() in leads:
            assert style in site
    if b'"b"' in site["notices.json"]:
        assert {path: site[path] for path in NEW} == NEW

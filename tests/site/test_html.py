"""Every page of every site, read as text: valid HTML, links that lead somewhere, no weight that nobody needs."""

import itertools
import json
import subprocess
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.site.conftest import CONTENTS
from tests.site.pages import KINDS, RELEASE

VNU = Path(__file__).parent / "node_modules/vnu-jar/build/dist/vnu.jar"
BASES = {"agency": "/", "everything": "/", "english": "/press/"}


def pages(folder):
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*.html"))}


def soup(file):
    return BeautifulSoup(file.read_bytes(), "html.parser", from_encoding="utf-8")


@pytest.mark.parametrize("name", CONTENTS)
def test_the_nu_checker_finds_nothing(name, sites):
    command = ["java", "-jar", VNU, "--Werror", "--format", "json", "--stdout", "--skip-non-html", sites[name]]
    found = subprocess.run(command, capture_output=True, check=False, text=True, timeout=300)
    messages = json.loads(found.stdout)["messages"]
    assert [(m["url"].rpartition("/output/")[2], m.get("lastLine"), m["message"]) for m in messages] == []


@pytest.mark.parametrize("name", CONTENTS)
def test_every_link_and_fragment_leads_somewhere(name, sites):
    """Links within the site lead to files that are there, fragments to ids in them; others are https, mail or phone."""
    folder, base = sites[name], BASES[name]
    parsed = {path: soup(file) for path, file in pages(folder).items()}
    ids = {path: {tag["id"] for tag in page.find_all(id=True)} for path, page in parsed.items()}
    host = urlsplit(parsed["index.html"].find("link", rel="canonical")["href"])
    broken = []
    for path, page in parsed.items():
        here = base + path.removesuffix("index.html")
        for link in targets(page):
            target = urlsplit(urljoin(here, link))
            elsewhere = target.netloc and (target.netloc != host.netloc or not target.path.startswith(base))
            if target.scheme in ("mailto", "tel") or elsewhere:
                continue
            place = unquote(target.path).removeprefix(base)
            file = place + "index.html" if place.endswith("/") or not place else place
            if not (folder / file).is_file() or (target.fragment and unquote(target.fragment) not in ids[file]):
                broken.append((path, link))
    assert broken == []


def targets(page):
    for tag in page.find_all(["a", "link", "img", "script", "source", "form"]):
        for name in ("href", "src", "action"):
            if tag.get(name):
                yield tag[name]
        for part in (tag.get("srcset") or "").split(","):
            if part.strip():
                yield part.split()[0]


@pytest.mark.parametrize("name", CONTENTS)
def test_nothing_is_fetched_from_elsewhere_and_nothing_is_inline(name, sites):
    for path, file in pages(sites[name]).items():
        page = soup(file)
        for tag in page.find_all(["img", "script", "source", "iframe", "video"]):
            assert not urlsplit(tag.get("src") or "").netloc, path
        for tag in page.find_all("link"):
            loads = {"stylesheet", "preload", "icon", "modulepreload"} & set(tag["rel"])
            assert not (loads and urlsplit(tag["href"]).netloc), path
        assert not page.find_all("style"), path
        assert not page.find_all(style=True), path
        assert all(tag.get("src") or tag["type"] == "application/ld+json" for tag in page.find_all("script")), path
        assert not [tag for tag in page.find_all(True) if any(key.startswith("on") for key in tag.attrs)], path


@pytest.mark.parametrize("name", ["agency", "everything"])
def test_every_page_says_what_it_is(name, sites):
    for path, file in pages(sites[name]).items():
        page = soup(file)
        if page.find("meta", attrs={"http-equiv": "refresh"}):
            continue
        assert page.html["lang"] in ("sv", "en"), path
        assert len(page.find_all("h1")) == 1, path
        assert page.title.string.strip(), path
        levels = [int(heading.name[1]) for heading in page.find_all(["h1", "h2", "h3", "h4"])]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), path


def test_while_it_is_a_demonstration_every_page_says_so_and_asks_not_to_be_indexed(sites):
    for path, file in pages(sites["agency"]).items():
        page = soup(file)
        assert "noindex" in page.find("meta", attrs={"name": "robots"})["content"], path
        said = page.get_text()
        assert "Inofficiell demonstration" in said or "Unofficial demonstration" in said, path


def test_a_press_room_that_is_no_demonstration_can_be_indexed(sites):
    page = soup(sites["english"] / "index.html")
    assert page.find("meta", attrs={"name": "robots"}) is None
    assert "demonstration" not in page.get_text()


def test_weights(sites):
    """What a release page may weigh: HTML 25 kB, CSS 12 kB, script 3 kB, fonts 40 kB, nothing else but pictures."""
    folder = sites["agency"]
    assert (folder / RELEASE / "index.html").stat().st_size <= 25_000
    limits = {".css": 12_000, ".js": 3_000, ".woff2": 40_000}
    for ending, limit in limits.items():
        assert sum(file.stat().st_size for file in (folder / "theme").rglob(f"*{ending}")) <= limit, ending


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page_exists(kind, sites):
    site, address = KINDS[kind]
    assert (sites[site] / (address if address.endswith(".html") else f"{address}index.html")).is_file()


@pytest.mark.parametrize("name", CONTENTS)
def test_autodiscovery_leads_to_feeds_of_the_right_type(name, sites):
    types = {".rss": "application/rss+xml", ".atom": "application/atom+xml", ".json": "application/feed+json"}
    for path, file in pages(sites[name]).items():
        for link in soup(file).find_all("link", rel="alternate", type=list(types.values())):
            address = urlsplit(link["href"]).path.removeprefix(BASES[name])
            assert (sites[name] / address).is_file(), path
            assert link["type"] == types[Path(address).suffix] and link["title"], path

"""A release's body as mail programs can show it: nothing that runs, nothing that is fetched."""

import nh3
from bs4 import BeautifulSoup, Tag

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q",
    "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "class"},  # classes tell which links are footnotes; they are taken away below
    "img": {"src", "alt"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = {"http", "https", "mailto", "tel"}


def for_mail(html: str, picture: str) -> str:
    """Answer a body as safe HTML for letters.

    A picture becomes a link to it, in words that begin with `picture` ("Bild:"): whoever opens a letter fetches nothing
    and so tells nobody. Links within the text lose their target, as mail programs don't follow them.
    """
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    soup = BeautifulSoup(clean, "html.parser")
    for image in soup.find_all("img"):
        image.replace_with(_link_to(soup, image, picture))
    for link in soup.find_all("a"):
        _settle(link)
    return str(soup)


def _link_to(soup: BeautifulSoup, image: Tag, picture: str) -> Tag:
    words = f"{picture} {image.get('alt') or ''}".strip()
    if image.find_parent("a"):
        place = soup.new_tag("span")
    else:
        place = soup.new_tag("a", attrs={"href": str(image.get("src", ""))})
    place.string = words
    return place


def _settle(link: Tag) -> None:
    address, classes = str(link.get("href", "")), link.get_attribute_list("class")
    del link["class"]
    if "footnote-backref" in classes:
        link.decompose()
    elif "footnote-ref" in classes:
        link.replace_with(f"[{link.get_text()}]")
    elif address.partition(":")[0].lower() not in SCHEMES:  # within the text, or to a page that isn't named whole
        link.unwrap()

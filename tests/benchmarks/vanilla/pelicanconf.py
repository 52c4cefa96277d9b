"""Pelican as it comes, without plugins: the kinds of pages and feeds that our press room has, and no others.

It writes less than we do: no lists in English, of years, types or audiences, no JSON feeds, no archive of feeds, no
plain text and data beside each release, no open data, no smaller pictures.
"""

import os

PATH = "content"
OUTPUT_PATH = "output"
CACHE_PATH = "cache"
THEME = "theme"
PLUGINS: list[str] = []
SITENAME = "Exempelmyndigheten"
SITEURL = "https://press.example.se"
TIMEZONE = "Europe/Stockholm"
DEFAULT_LANG = "sv"

# Of Pelican's two kinds of cache the quicker one: it keeps articles, the other what was read of them.
CACHE_CONTENT = LOAD_CONTENT_CACHE = "PELICAN_CACHE" in os.environ
CONTENT_CACHING_LAYER = "generator"

ARTICLE_PATHS = ["releases"]
PAGE_PATHS: list[str] = []
STATIC_PATHS: list[str] = []
PATH_METADATA = r"releases/(?P<year>\d+)/(?P<slug>[^/]+)/(?P<lang>..)\.md"
ARTICLE_URL = "releases/{year}/{slug}/"
ARTICLE_LANG_URL = "{lang}/releases/{year}/{slug}/"
TAG_URL = "keywords/{slug}/"
TAGS_URL = "keywords/"
ARTICLE_SAVE_AS = ARTICLE_URL + "index.html"
ARTICLE_LANG_SAVE_AS = ARTICLE_LANG_URL + "index.html"
TAG_SAVE_AS = TAG_URL + "index.html"
TAGS_SAVE_AS = TAGS_URL + "index.html"
SITEMAP_SAVE_AS = "sitemap.xml"
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = ""

DIRECT_TEMPLATES = ["index", "tags", "sitemap"]
PAGINATED_TEMPLATES = {"index": 20, "tag": 20}
DEFAULT_PAGINATION = 20
PAGINATION_PATTERNS = (
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
)

FEED_MAX_ITEMS = 20
FEED_ALL_ATOM, FEED_ALL_RSS = "feed.atom", "feed.rss"
TAG_FEED_ATOM, TAG_FEED_RSS = "keywords/{slug}/feed.atom", "keywords/{slug}/feed.rss"
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None

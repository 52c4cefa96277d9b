"""The rules of `headers` and `redirects` in the languages of web servers and hosts."""

from plugins.publishing.hosting.caddy import caddy
from plugins.publishing.hosting.files import headers_file, redirects_file
from plugins.publishing.hosting.nginx import nginx

__all__ = ["caddy", "headers_file", "nginx", "redirects_file"]

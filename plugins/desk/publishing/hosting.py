"""`press hosting`: the rules that a web server or a host needs, made from the newsroom."""

from enum import StrEnum

from plugins.desk.building import direct
from plugins.desk.project import Project
from plugins.edition.rendering import Watch
from plugins.newsroom import Newsroom
from plugins.publishing.hosting import caddy, headers_file, nginx, redirects_file


class Server(StrEnum):
    NGINX = "nginx"
    CADDY = "caddy"
    HEADERS = "headers"
    REDIRECTS = "redirects"


def newsroom_of(project: Project) -> Newsroom:
    """Answer what is public now. Raises Faults."""
    return direct.read_newsroom(project.building({}), Watch()).newsroom


def rules(project: Project, server: Server, *, root: str, certificate: str | None, brotli: bool) -> str:
    """Answer the server's file. Raises Faults."""
    newsroom = newsroom_of(project)
    match server:
        case Server.NGINX:
            return nginx(newsroom, root=root, certificate=certificate, brotli=brotli)
        case Server.CADDY:
            return caddy(newsroom, root=root)
        case Server.HEADERS:
            return headers_file(newsroom).decode()
        case Server.REDIRECTS:
            return redirects_file(newsroom).decode()

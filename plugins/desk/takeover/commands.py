"""`press import`: the command line; `takeover` carries it out."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from plugins.desk.project import Project
from plugins.desk.takeover.wishes import Choices, Refused
from plugins.desk.words import _, say


def command(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE",
            help="Files, folders of files, or the address of a feed or a page: a via TT page as text, a feed, "
            "a saved web page, a Word document.",
        ),
    ] = None,
    published: Annotated[
        str, typer.Option(metavar="TIME", help="When it was published, where the source doesn't say for certain.")
    ] = "",
    type: Annotated[
        str, typer.Option(metavar="SLUG", help="Kind of document, whatever the source says; as in newsroom.yaml.")
    ] = "",
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Language it is written in, whatever the source says.")
    ] = "",
    address: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where it was published before, if the source doesn't say.")
    ] = "",
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What stands where on saved web pages, as CSS selectors.")
    ] = None,
    teasers: Annotated[
        bool, typer.Option("--teasers", help="Also releases that a source has only headline and lead of.")
    ] = False,
    images: Annotated[
        bool, typer.Option("--images", help="Fetch the pictures too; asks for the rights to each.")
    ] = False,
    credit: Annotated[str, typer.Option(metavar="NAME", help="Who made the pictures, without asking.")] = "",
    terms: Annotated[
        str, typer.Option(metavar="SLUG", help="The pictures' terms, without asking; as in newsroom.yaml.")
    ] = "",
    redirects: Annotated[
        bool, typer.Option("--redirects", help="Instead list old and new addresses (CSV), for the old host.")
    ] = False,
) -> None:
    from plugins.desk.takeover import takeover

    project = Project.here()
    choices = Choices(
        published=published,
        type=type,
        language=language,
        address=address,
        rules=rules,
        teasers=teasers,
        images=images,
        credit=credit,
        terms=terms,
    )
    try:
        if redirects:
            csv.writer(sys.stdout, lineterminator="\n").writerows(takeover.redirects(project))
            raise typer.Exit(0)
        if not sources:
            raise Refused(_("{name} must be given.", name=_("SOURCE")))
        is_whole = takeover.run(project, sources, choices, _ask if sys.stdin.isatty() else None)
    except Refused as error:
        say(str(error), error=True)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if is_whole else 1)


def _ask(question: str) -> str:
    say(question)
    try:
        return input("> ").strip()
    except EOFError:
        return ""

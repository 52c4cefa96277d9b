"""`--help` and complaints about a command line, in the desk's language.

Typer writes some words itself ("Usage:", "Show this message and exit.", "No such option") and has no catalogues; here
they, and the English help texts in `app.py`, are translated when they are shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer import Context
from typer._click.exceptions import BadParameter, MissingParameter, NoSuchOption, UsageError
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from plugins.desk.words import _


class SpokenCommand(TyperCommand):
    """A command whose help is in the desk's language."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _complaints():
            return super().parse_args(ctx, args)

    def get_usage(self, ctx: Any) -> str:
        _translate(self, ctx)
        return _usage(super().get_usage(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate(self, ctx)
        super().format_help(ctx, formatter)


class SpokenGroup(TyperGroup):
    """The command `press` itself, whose help lists the others."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _complaints():
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            names = ", ".join(self.list_commands(ctx))
            raise UsageError(_("There is no command {name}. There are: {names}.", name=args[0], names=names), ctx)
        return super().resolve_command(ctx, args)

    def get_usage(self, ctx: Any) -> str:
        _translate(self, ctx)
        return _usage(super().get_usage(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate(self, ctx)
        for command in self.commands.values():
            command.help = _(command.help) if command.help else None
        super().format_help(ctx, formatter)


def _translate(command: TyperCommand | TyperGroup, ctx: Context) -> None:
    from typer import rich_utils  # slow to load, and needed only for help and complaints

    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
    rich_utils.RANGE_STRING = ""  # "1<=x<=65535" helps nobody who writes
    command.help = _(command.help) if command.help else None
    for parameter in command.get_params(ctx):
        if isinstance(parameter, TyperOption) and parameter.is_flag:
            parameter.metavar = ""  # a flag takes nothing, so no type is shown
        elif parameter.metavar:
            parameter.metavar = _(parameter.metavar)
        if isinstance(parameter, TyperArgument):
            vars(parameter)["display_type_rich"] = _no_type
        if isinstance(parameter, TyperArgument | TyperOption):
            parameter.help = _("Show this help.") if parameter.name == "help" else _(parameter.help or "")


def _no_type(ctx: Context) -> None:
    """Show no type such as `<str>` beside an argument, which has a name that says more."""


def _usage(text: str) -> str:
    """Answer the line that shows how a command is written; braces around what must be given say nothing to people."""
    from typer import rich_utils

    text = text.replace("{", "").replace("}", "")
    rich_utils.ERRORS_PANEL_TITLE = _("Error")
    rich_utils.RICH_HELP = _("Try [blue]'{command_path} {help_option}'[/] for help.")
    return text.replace("Usage: ", _("Usage: "), 1).replace("[OPTIONS]", _("[OPTIONS]")).replace(
        "COMMAND [ARGS]...", _("COMMAND [ARGS]...")
    )  # fmt: skip


@contextmanager
def _complaints() -> Iterator[None]:
    try:
        yield
    except NoSuchOption as error:
        raise UsageError(_("There is no option {name}.", name=error.option_name), error.ctx) from None
    except MissingParameter as error:
        raise UsageError(_("{name} must be given.", name=_name(error)), error.ctx) from None
    except BadParameter as error:
        raise UsageError(_("{name} has a value that can't be used.", name=_name(error)), error.ctx) from None


def _name(error: BadParameter) -> str:
    metavar = getattr(error.param, "metavar", None)
    option = isinstance(error.param, TyperOption)
    return _(metavar) if metavar and not option else max(error.param.opts if error.param else [""], key=len)

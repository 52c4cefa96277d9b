"""Where in the theme an error arose, for those who must mend it."""

import traceback
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError


def where(error: TemplateError, theme: Path) -> str:
    """Answer the template's file and line where the error arose: `theme/templates/release.html:12`."""
    if isinstance(error, TemplateSyntaxError):
        # a template that was parsed and not loaded has only its name
        file, line = error.filename or str(theme / "templates" / (error.name or "?")), error.lineno
    else:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(theme))]
        file, line = (frames[-1].filename, frames[-1].lineno or 0) if frames else (str(theme), 0)
    path = Path(file)
    shown = path.relative_to(theme.parent) if path.is_relative_to(theme.parent) else path
    return f"{shown}:{line}"

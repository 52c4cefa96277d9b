"""Where Pelican asks for output: the rooms are asked for theirs, and the edition is written."""

import os
import sys
from pathlib import Path
from typing import Any

from blinker import Signal
from jinja2 import TemplateError
from pelican.generators import Generator

from plugins.edition.maker import maker
from plugins.edition.memory import Memory
from plugins.edition.place import where
from plugins.edition.plan import UnfitOutputs
from plugins.edition.publish import publish
from plugins.edition.stage import Stage

published = Signal("Tells of an edition that has been published: `receiver(report)`.")


class EditionGenerator(Generator):
    """Gathers all outputs when every generator has its context, and publishes them as one edition."""

    def generate_output(self, writer: Any) -> None:
        """Write the edition and report it; a faulty template is told of with file and line, and nothing is written."""
        output = Path(self.output_path)
        memory = Memory.beside(Path(self.settings["CACHE_PATH"]), output, maker(self.settings))
        stage = Stage(
            newsroom=self.context["newsroom"],
            bodies=self.context["bodies"],
            environment=self.env,
            theme=Path(self.theme),
            rooms=frozenset(self.settings["PLUGINS"]),
            memory=memory,
        )
        try:
            jobs = self.settings.get("PRESSROOM_JOBS") or os.cpu_count() or 1
            report = publish(stage.items(), output, memory, jobs=jobs)
        except TemplateError as error:
            print(f"{where(error, Path(self.theme))}: {error.message or error}", file=sys.stderr)
            raise SystemExit(1) from None
        except UnfitOutputs as error:
            print(error, file=sys.stderr)
            raise SystemExit(1) from None
        # a front door that listens has words of its own for it
        if not published.receivers:
            print(report)
        published.send(report)


def offer(pelican: Any) -> type[Generator]:
    """Answer the generator, when Pelican asks for generators."""
    return EditionGenerator

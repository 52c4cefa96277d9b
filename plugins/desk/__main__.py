"""`python -m plugins.desk`: what the shell file `press` runs."""

import json
import os
import sys
import time

from plugins.desk.building.rest import Look
from plugins.desk.project import Project


def main() -> None:
    """Run the command line. A build with nothing to do ends before the command line itself is loaded."""
    look = None
    if sys.argv[1:] in (["build"], ["build", "--json"]):
        begun = time.monotonic()
        project = Project.here()
        look = Look.at(project.private, project.building({}), apart=True)
        if look.rest:
            said = look.rest.as_json(project.shown(project.output), time.monotonic() - begun)
            print(json.dumps(said, ensure_ascii=False, indent=2) if "--json" in sys.argv else "\n".join(look.rest.said))
            return
    from plugins.desk import app

    app.main(look)


try:
    main()
except SystemExit as end:
    if "build" not in sys.argv or not isinstance(end.code, int):
        raise
    # To free a large archive piece by piece takes as long as to build one more release: the system does it at once.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code)

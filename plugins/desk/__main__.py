"""`python -m plugins.desk`: what the shell file `press` runs."""

import json
import os
import sys
import time


def main() -> None:
    """Run the command line. A build with nothing to do ends before the command line itself is loaded."""
    if sys.argv[1:] not in (["build"], ["build", "--json"]) or not _is_at_rest(as_json="--json" in sys.argv):
        from plugins.desk import app

        app.main()


def _is_at_rest(*, as_json: bool) -> bool:
    from plugins.desk.project import Project
    from plugins.desk.rest import Rest

    begun = time.monotonic()
    project = Project.here()
    rest = Rest.found(project.private, project.building({}))
    if rest is None:
        return False
    if as_json:
        answer = rest.as_json(project.shown(project.output), time.monotonic() - begun)
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(*rest.said, sep="\n")
    return True


try:
    main()
except SystemExit as end:
    if "build" not in sys.argv or not isinstance(end.code, int):
        raise
    # To free a large archive piece by piece takes as long as to build one more release: the system does it at once.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code)

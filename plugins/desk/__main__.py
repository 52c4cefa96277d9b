"""`python -m plugins.desk`: what the shell file `press` runs."""

import os
import sys

from plugins.desk.app import main

try:
    main()
except SystemExit as end:
    if "build" not in sys.argv or not isinstance(end.code, int):
        raise
    # To free a large archive piece by piece takes as long as to build one more release: the system does it at once.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code)

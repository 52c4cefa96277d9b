"""Runs a command, and prints its wall and CPU seconds, the bytes of its largest process, and its status.

A program of its own, and a small one: on Linux the memory of a process that starts another is counted as that one's.
"""

import json
import os
import sys
import time

begun = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - begun
# CPU is the sum of the process and all that it has waited for; memory that of the largest of them.
peak = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
print(json.dumps([wall, usage.ru_utime + usage.ru_stime, peak, os.waitstatus_to_exitcode(status)]))

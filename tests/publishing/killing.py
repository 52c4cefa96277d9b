"""Kills a process at its n-th step towards the world outside it: a file made, moved or removed, a program started, a
request sent. Python itself tells of these (PEP 578), so nothing of what is tested is replaced.
"""

import os
import signal
import sys
import traceback

STEPS = {
    "http.client.send",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "shutil.copyfile",
    "shutil.rmtree",
    "subprocess.Popen",
}


def killed_at(step, action, steps=frozenset(STEPS)):
    """Do the action in a process of its own that is killed before its n-th step; answer whether it was."""
    child = os.fork()
    if child == 0:
        try:
            left = [step]

            def watch(event, arguments):
                writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+")
                if event in steps or (writes and "open" in steps):
                    if left[0] == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    left[0] -= 1

            sys.addaudithook(watch)
            action()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the action failed by itself"
    return os.WIFSIGNALED(status)

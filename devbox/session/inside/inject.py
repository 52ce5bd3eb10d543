"""Has a running Python load debugpy: `inject.py REQUEST`, with the tar of debugpy on stdin.

REQUEST: {"pid": PID, "way": WAY, "size": BYTES of the tar, "folder": PATH, "gdb": PATH}; where debugpy lies in `folder`
already there is no tar. Prints {"folder": ...}, then {"port": ...} or {"error": ..., "errno": ...}. WAY is remote_exec
or gdb_inside, which are done from here, or gdb_beside: somebody else does it as soon as the folder is known, and says
by a byte on stdin that nothing comes of it. Where it fails a folder that was made is removed; where stdin ends the
process has a moment left to listen, since it may be reading from there.
"""

from __future__ import annotations

import errno
import io
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
from typing import Any

from devbox.session.inside.answering import answer, bound
from devbox.session.inside.gdb import COMPLAINTS, GDB, LOAD, OPTIONS

PLACES = ("/dev/shm", "/tmp", "/var/tmp", "/run")
PATIENCE = 20
LEFT = 5
"""Seconds in which a process that was made to load debugpy listens though nobody waits for it any more."""


def told(**found: Any) -> None:
    print(json.dumps(found), flush=True)  # noqa: T201


def unpacked(request: dict[str, Any]) -> str:
    """The folder with debugpy, of which the process may read all; OSError where nothing can be written."""
    archive = sys.stdin.buffer.read(request["size"])
    failure = OSError(errno.EROFS, "nothing can be written")
    for place in (*PLACES, os.getcwd()):  # noqa: PTH109
        folder = ""
        try:
            folder = tempfile.mkdtemp(prefix=f"devbox-debug-{request['way']}-", dir=place)
            os.chmod(folder, 0o755)  # noqa: PTH101
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                tar.extractall(folder)
        except OSError as error:
            failure = error
            shutil.rmtree(folder, ignore_errors=True)
        except BaseException:  # such as a tar that breaks off
            shutil.rmtree(folder, ignore_errors=True)
            raise
        else:
            return folder
    raise failure


def by_gdb(request: dict[str, Any], folder: str) -> str:
    """What gdb complains of, so that nothing comes of it; "" if nothing. It is never killed: the process would die with
    it in the middle of a call."""
    script = f"{folder}/gdb"
    with open(script, "w") as file:  # noqa: PTH123
        file.write(GDB.format(load=LOAD.format(f"{folder}/listen.py")))
    command = [request["gdb"], *OPTIONS, "-p", str(request["pid"]), "--batch", "-x", script]
    with open(f"{folder}/said", "w+b") as said:  # noqa: PTH123 - no pipe, which would end it where nobody reads
        gdb = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        try:
            code = gdb.wait(60)
        except subprocess.TimeoutExpired:
            return "gdb is not done in 60 s; it is left to end by itself"
        said.seek(0)
        lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    wrong = [line for line in lines if any(word in line for word in COMPLAINTS)]
    return (wrong or (lines[-1:] if code else []) or [""])[0]


def by_python(request: dict[str, Any], folder: str) -> str:
    script = f"{folder}/load.py"
    with open(script, "w") as file:  # noqa: PTH123
        file.write(LOAD.format(f"{folder}/listen.py"))
    sys.remote_exec(request["pid"], script)  # type: ignore[attr-defined]
    return ""


def heard(door: socket.socket) -> dict[str, Any]:
    """What the process says, unless who asked says first that nothing comes of it."""
    ready = select.select([door, sys.stdin], [], [], PATIENCE)[0]
    if not ready or door in ready:
        return answer(door, 0)
    if os.read(0, 1):
        return {"error": "given up"}
    return answer(door, LEFT)


def main() -> None:
    request = json.loads(sys.argv[1])
    folder, said = request["folder"], ""
    listening = False
    try:
        door = bound(request["pid"])
        folder = folder or unpacked(request)
        told(folder=folder)
        if request["way"] == "remote_exec":
            said = by_python(request, folder)
        elif request["way"] == "gdb_inside":
            said = by_gdb(request, folder)
        if said:
            raise OSError(errno.EPERM if "ermi" in said else 0, said)
        found = heard(door)
        listening = "port" in found
        told(**found)
    except OSError as error:
        told(error=error.strerror or str(error), errno=error.errno)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        told(error=f"{type(error).__name__}: {error}", errno=0)
    finally:
        if folder != request["folder"] and not listening:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

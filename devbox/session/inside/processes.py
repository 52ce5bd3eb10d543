"""What can be debugged here: `processes.py REQUEST` prints one line of JSON.

REQUEST: {"main": PID (0: the eldest), "ask": bool, "patience": SECONDS}. With `ask` every process whose debug helper is
there, and no debugger, is asked to listen.
"""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import sys
import time
from typing import Any

from devbox.session.inside.answering import answer, bound

SIGNAL = 50
"""The helper's: of the real-time ones, since SIGUSR1 is taken by gunicorn, celery and many others."""
FOLDER = "/devbox-debug"
ESTABLISHED = "01"
BEGINNING = 5.0
"""Seconds after which a process whose environment has the helper is believed to have begun without it."""
PYTHONS_OWN = ("multiprocessing.resource_tracker", "multiprocessing.semaphore_tracker")
"""Processes in which no code of the user runs."""


def text(path: str) -> str:
    """ "" where it is not to be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def link(path: str) -> str:
    try:
        return os.readlink(path)  # noqa: PTH115
    except OSError:
        return ""


class Process:
    """One of /proc; what only its own user may read is empty for others."""

    def __init__(self, pid: int) -> None:
        told = dict(line.split(":\t", 1) for line in text(f"/proc/{pid}/status").split("\n") if ":\t" in line)
        self.pid = pid
        self.parent = int(told.get("PPid", 0))
        self.uid = int(told.get("Uid", "-1").split()[0])
        self.gid = int(told.get("Gid", "-1").split()[0])
        self.began = int((text(f"/proc/{pid}/stat").rpartition(")")[2].split() + ["0"] * 20)[19])
        self.command = [word for word in text(f"/proc/{pid}/cmdline").split("\0") if word]
        self.name = " ".join(self.command)[:200]
        self.exe = link(f"/proc/{pid}/exe")
        self.sockets = self._sockets() if self.exe else set()
        own = os.path.basename(self.exe or self.command[0] if self.command else "")  # noqa: PTH119
        library = re.search(r"libpython(3\.\d+)", text(f"/proc/{pid}/maps")) if self.exe else None
        self.python = own.startswith(("python", "pypy")) or library is not None
        named = re.search(r"python(3\.\d+)", own) or library
        self.version = named.group(1) if named else ""
        self.adapter = any(word.endswith(("debugpy/adapter", "debugpy.adapter")) for word in self.command)
        told_of_it = f"{FOLDER}/start" in text(f"/proc/{pid}/environ") and not self.adapter
        self.helper = told_of_it and self.catches()
        self.coming = told_of_it and not self.helper and self._age() < BEGINNING
        """Its Python has only just begun, or will, and may have the helper in a moment."""

    def catches(self) -> bool:
        """Whether the signal, which else would end it, does no harm at this moment."""
        found = re.search(r"^SigCgt:\s*([0-9a-f]+)", text(f"/proc/{self.pid}/status"), re.MULTILINE)
        return bool(found and int(found.group(1), 16) >> (SIGNAL - 1) & 1)

    def _age(self) -> float:
        """Seconds since it began."""
        up = text("/proc/uptime").split()
        return float(up[0]) - self.began / os.sysconf("SC_CLK_TCK") if up else BEGINNING

    def _sockets(self) -> set[str]:
        folder = f"/proc/{self.pid}/fd"
        try:
            links = [link(f"{folder}/{name}") for name in os.listdir(folder)]  # noqa: PTH208
        except OSError:
            return set()
        return {one[8:-1] for one in links if one.startswith("socket:[")}


def processes(main: int) -> tuple[dict[int, Process], dict[int, Process]]:
    """This container's own, without what was begun in it from outside (health probes, relays, this one); and all."""
    every = {int(name): Process(int(name)) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208
    if main not in every:
        here = link("/proc/self/ns/mnt")
        same = [one for one in every.values() if link(f"/proc/{one.pid}/ns/mnt") == here]
        main = min(same, key=lambda one: one.began).pid
    own = {}
    for pid, one in every.items():
        above, seen = pid, set()
        while above != main and above in every and above not in seen:
            seen.add(above)
            above = every[above].parent
        if above == main and one.command and not any(word in " ".join(one.command) for word in PYTHONS_OWN):
            own[pid] = one
    return own, every


def settled(main: int) -> tuple[dict[int, Process], dict[int, Process]]:
    """The same, once those that have only just begun have their helper."""
    until = time.time() + BEGINNING  # some begin all the time
    while True:
        own, every = processes(main)
        # What is no Python may become one, such as a script that ends in `exec python`.
        nobody = not any(one.helper for one in own.values())
        if time.time() > until or not any(one.coming and (one.python or nobody) for one in own.values()):
            return own, every
        time.sleep(0.02)


def established() -> list[tuple[int, str, int, str]]:
    """(local port, remote address, remote port, inode) of each connection."""
    rows = []
    for name in ("tcp", "tcp6"):
        for line in text(f"/proc/self/net/{name}").split("\n")[1:]:
            part = line.split()
            if len(part) > 9 and part[3] == ESTABLISHED:
                far, _, port = part[2].rpartition(":")
                rows.append((int(part[1].rpartition(":")[2], 16), far, int(port, 16), part[9]))
    return rows


def address(written: str) -> str:
    """As the kernel's table has it -> as one writes it."""
    data = bytes.fromhex(written)
    data = b"".join(data[index : index + 4][::-1] for index in range(0, len(data), 4))
    return socket.inet_ntop(socket.AF_INET if len(data) == 4 else socket.AF_INET6, data)


def doors(own: dict[int, Process], every: dict[int, Process]) -> tuple[list[dict[str, Any]], set[int]]:
    """What adapters of debugpy listen for already, and the processes behind them."""
    rows = established()
    youngest_first = sorted(every.values(), key=lambda one: one.began, reverse=True)  # a fork has its parent's too
    owner = {inode: one.pid for one in youngest_first for inode in one.sockets}
    found, behind = [], set()
    for one in every.values():
        if not one.adapter or "--port" not in one.command[:-1]:
            continue
        port = int(one.command[one.command.index("--port") + 1])
        inside, held, hidden = [], "", False
        for near, far, other, inode in rows:
            if inode not in one.sockets:
                continue
            peer = next((row[3] for row in rows if row[0] == other and row[2] == near and row[3] != inode), "")
            pid = owner.get(peer, 0)
            if near == port:
                held = holder(every[pid]) if pid else address(far)
            elif pid in own:
                inside.append(own[pid])
            elif not pid:
                hidden = any(not process.exe for process in own.values())
        inside.sort(key=lambda one: one.began)
        behind |= {one.pid for one in inside}
        if inside or hidden:
            pid, name = (inside[0].pid, inside[0].name) if inside else (0, "a process that hides its connections")
            found.append({"port": port, "held": held, "by": loaded_by(one), "pid": pid, "name": name})
    return found, behind


def loaded_by(adapter: Process) -> str:
    """How debugpy came to where it is, by its folder; "" where that was not devbox."""
    for word in adapter.command:
        if word.startswith(f"{FOLDER}/"):
            return "on_demand"
        found = re.search(r"/devbox-debug-(\w+)-\w+/", word)
        if found:
            return found.group(1)
    return ""


def holder(one: Process) -> str:
    """Who is at the other end of a connection; a relay of devbox says it with its last word."""
    last = one.command[-1]
    return last if last.startswith("devbox") else f"PID {one.pid} ({one.name[:60]})"


def ask(those: list[Process], patience: float) -> tuple[dict[int, dict[str, Any]], dict[int, str]]:
    """Each listens from now on: doors, and why not, by pid; neither where it has a door already."""
    waiting, opened, refused = [], {}, {}
    for one in those:
        try:
            waiting.append((one, asked(one)))
        except OSError as error:
            refused[one.pid] = unasked(error)
    until = time.time() + patience
    for one, door in waiting:
        told = answer(door, until - time.time())
        while told.get("busy"):
            time.sleep(0.05)
            try:
                told = answer(asked(one), patience)
            except OSError as error:
                told = {"error": unasked(error)}
        if told.get("port"):
            opened[one.pid] = {"port": told["port"], "held": "", "by": "on_demand", "pid": one.pid, "name": one.name}
        elif told.get("error"):
            refused[one.pid] = told["error"]
    return opened, refused


def asked(one: Process) -> socket.socket:
    """Where it will answer; OSError."""
    door = bound(one.pid)
    if not one.catches():  # it has become another program since
        door.close()
        raise ProcessLookupError(errno.ESRCH, "it runs another program now")
    os.kill(one.pid, SIGNAL)
    return door


def unasked(error: OSError) -> str:
    taken = error.errno == errno.EADDRINUSE
    return f"it cannot be asked: {'somebody else asks it at this moment' if taken else error.strerror}"


def main() -> None:
    request = json.loads(sys.argv[1])
    own, every = settled(request["main"])
    found, behind = doors(own, every)
    those = [one for one in own.values() if one.helper and one.pid not in behind] if request["ask"] else []
    opened, refused = ask(those, request["patience"])
    if any(one.pid not in opened and one.pid not in refused for one in those):
        # Somebody else was faster, or its parent: what is there now has its door.
        own, every = processes(request["main"])
        found, behind = doors(own, every)
        opened = {pid: door for pid, door in opened.items() if pid not in behind}
    paths = os.environ.get("PATH", "/usr/bin:/bin").split(":")
    told = {
        "gdb": next((one for one in (f"{path}/gdb" for path in paths) if os.access(one, os.X_OK)), ""),
        "version": "%d.%d" % sys.version_info[:2],  # noqa: UP031
        "uid": os.geteuid(),
        "doors": [*found, *opened.values()],
        "refused": refused,
        "processes": [
            {
                "pid": one.pid,
                "uid": one.uid,
                "gid": one.gid,
                "name": one.name,
                "exe": one.exe,
                "python": one.python,
                "version": one.version,
                "helper": one.helper,
                "behind": one.pid in behind,
            }
            for one in sorted(own.values(), key=lambda one: one.began)
            if not one.adapter
        ][:100],
    }
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main()

"""Which process of this machine holds a port, from Linux's /proc; elsewhere nothing is known."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_LISTENING = "0A"
_BOUND = "07"
"""What Linux calls the state of a bound UDP socket."""


class Asked(NamedTuple):
    """A port on `address` ("": on any)."""

    port: int
    protocol: str = "tcp"
    address: str = ""


def holders(wanted: Sequence[Asked], proc: Path = Path("/proc")) -> dict[Asked, str]:
    """Who holds each of the ports, as "python3 (process 4711)"; without those that nobody does.

    The process of another user cannot be seen; then it is just "another process".
    """
    protocols = {one.protocol for one in wanted}
    listening = {protocol: _listening(protocol, proc) for protocol in protocols}
    found = {}
    for one in wanted:
        sockets = {inode for local, inode in listening[one.protocol].get(one.port, ()) if _meet(local, one.address)}
        if sockets:
            found[one] = _process(sockets, proc) or "another process (as root, `ss -lntup` names it)"
    return found


def holder(port: int, protocol: str = "tcp", address: str = "", proc: Path = Path("/proc")) -> str:
    """Who holds the one port; "" if nobody does."""
    asked = Asked(port, protocol, address)
    return holders([asked], proc).get(asked, "")


def _listening(protocol: str, proc: Path) -> dict[int, list[tuple[str, str]]]:
    """port -> (address, socket) of those who wait for connections, or, by UDP, for anything."""
    wanted = _BOUND if protocol == "udp" else _LISTENING
    found: dict[int, list[tuple[str, str]]] = {}
    for table in (protocol, f"{protocol}6"):
        for local, port, state, inode in _sockets(proc / "net" / table):
            if state == wanted:
                found.setdefault(port, []).append((local, f"socket:[{inode}]"))
    return found


def _sockets(table: Path) -> Iterator[tuple[str, int, str, str]]:
    """(address, port, state, inode) of each socket."""
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split()
        address, port = fields[1].split(":")
        yield _address(address), int(port, 16), fields[3], fields[9]


def _address(hexadecimal: str) -> str:
    """The kernel prints each 32-bit word in the machine's own order."""
    packed = bytes.fromhex(hexadecimal)
    if sys.byteorder == "little":
        packed = b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4))
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _meet(one: str, other: str) -> bool:
    everywhere = ("", "0.0.0.0", "::")
    return one in everywhere or other in everywhere or one == other


def _process(sockets: set[str], proc: Path) -> str:
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            for descriptor in (folder / "fd").iterdir():
                if os.readlink(descriptor) in sockets:  # noqa: PTH115 - text, which is no path
                    return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
        except OSError:  # another user's, or ended meanwhile
            continue
    return ""

"""Running a command in a container, and what both execs and attach share: the making of it and its exit code."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from devbox.adapters.exchange import Exchange
from devbox.adapters.failures import Garbled, root
from devbox.errors import EngineError
from devbox.ports import ExecResult
from devbox.record import dataclass

if TYPE_CHECKING:
    from devbox.adapters.api import Api

OUTPUT_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecSpec:
    """What to run and how."""

    command: Sequence[str]
    tty: bool = False
    stdin: bool = False
    user: str = ""
    workdir: str = ""
    environment: Mapping[str, str | None] = field(default_factory=dict)
    privileged: bool = False
    input: bytes | Iterable[bytes] = b""
    """With `stdin`: all that comes in by it."""
    size: tuple[int, int] | None = None
    """Rows and columns of the terminal; engines before 23 learn it a moment after the start."""


class Payloads:
    """Splits the two-way stream of a container without a TTY into (stream number, bytes)."""

    def __init__(self) -> None:
        self._data = b""

    def take(self, data: bytes) -> list[tuple[int, bytes]]:
        self._data += data
        found, position = [], 0
        while len(self._data) - position >= 8:
            start = position + 8
            end = start + int.from_bytes(self._data[position + 4 : start], "big")
            if end > len(self._data):
                break
            found.append((self._data[position], self._data[start:end]))
            position = end
        self._data = self._data[position:]
        return found


class Exec:
    """One exec; `run` blocks, `close` breaks it off from any thread (the process inside may go on)."""

    def __init__(self, api: Api, container: str, spec: ExecSpec) -> None:
        self._api = api
        self._container = container
        self._spec = spec
        self._exchange: Exchange | None = None
        self._closed = False

    def run(self) -> ExecResult:
        """To its end; what it printed last, at most 64 KiB."""
        id = make(self._api, self._container, self._spec)
        self._exchange = begin(self._api, id, self._spec)
        if self._closed:
            self._exchange.close()
        payloads, output = Payloads(), bytearray()
        if self._spec.stdin:
            threading.Thread(target=self._feed, args=(self._exchange,), name="devbox-input", daemon=True).start()
        try:
            while data := self._exchange.recv():
                for _, payload in payloads.take(data):
                    output += payload
                if len(output) > 2 * OUTPUT_LIMIT:
                    del output[:-OUTPUT_LIMIT]
        except (OSError, Garbled) as error:
            raise self._api.wire.lost(error) from root(error)
        finally:
            self._exchange.close()
        text = bytes(output[-OUTPUT_LIMIT:]).decode("utf-8", "replace")
        return ExecResult(exit_code=exit_code(self._api, id), output=text)

    def _feed(self, exchange: Exchange) -> None:
        """Beside the reading: a command that speaks while it is being fed would wait for its reader for ever."""
        input = self._spec.input
        with contextlib.suppress(OSError):  # it ended early, as its exit code will tell
            for part in (input,) if isinstance(input, bytes) else input:
                exchange.connection.sock.sendall(part)
            exchange.end_input()

    def close(self) -> None:
        self._closed = True
        if self._exchange is not None:
            self._exchange.close()


def make(api: Api, container: str, spec: ExecSpec) -> str:
    """Create the exec; its id."""
    body = {
        "AttachStdin": spec.stdin,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": spec.tty,
        "Cmd": list(spec.command),
        "User": spec.user,
        "WorkingDir": spec.workdir,
        "Env": [name if value is None else f"{name}={value}" for name, value in spec.environment.items()],
        "Privileged": spec.privileged,
    }
    return str(api.tell(f"/containers/{container}/exec", body)["Id"])


def begin(api: Api, id: str, spec: ExecSpec) -> Exchange:
    """Start the exec, its stream attached."""
    body: dict[str, object] = {"Detach": False, "Tty": spec.tty}
    if spec.size:
        body["ConsoleSize"] = list(spec.size)
    return api.wire.open("POST", f"/exec/{id}/start", body=body, upgrade=spec.stdin)


def exit_code(api: Api, id: str) -> int:
    """The exit code of an exec whose stream has ended; the engine takes note of it a moment later."""
    deadline = time.monotonic() + 5
    while True:
        found = api.ask(f"/exec/{id}/json")
        if found.get("ExitCode") is not None and not found.get("Running"):
            return int(found["ExitCode"])
        if time.monotonic() > deadline:
            raise EngineError("The command closed its output and goes on in the container; its exit code is not known.")
        time.sleep(0.01)

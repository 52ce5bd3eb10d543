"""A builder as a child process: its lines as they come, the whole process group ended when nobody listens any more."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

_CHUNK = 1 << 18
_LONGEST = 1 << 20
"""Bytes of a line that are kept; a longer one is told in pieces."""
_GRACE = 5.0
"""Seconds a builder has to cancel its build."""


@dataclass(slots=True, kw_only=True)
class BuilderProcess:
    """One run; `exit_code` holds after `lines` came to its end."""

    words: Sequence[str]
    environment: Mapping[str, str]
    stdin: bytes = b""
    exit_code: int = -1

    async def lines(self) -> AsyncGenerator[list[str]]:
        """What it prints, in batches of whole lines; FileNotFoundError if there is no such program."""
        process = await asyncio.create_subprocess_exec(
            *self.words,
            stdin=asyncio.subprocess.PIPE if self.stdin else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(self.environment),
            start_new_session=True,  # so that Ctrl-C reaches us alone, and we end all of it
        )
        feeding = asyncio.ensure_future(_feed(process.stdin, self.stdin)) if process.stdin else None
        try:
            assert process.stdout is not None
            rest = b""
            while chunk := await process.stdout.read(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\n")
                if len(rest) > _LONGEST:
                    whole, rest = [*whole, rest], b""
                if whole:
                    yield [line.decode(errors="replace").rstrip("\r") for line in whole]
            if rest:
                yield [rest.decode(errors="replace")]
            self.exit_code = await process.wait()
        finally:
            if feeding:
                feeding.cancel()
            if process.returncode is None:
                await _end(process)


async def _feed(stdin: asyncio.StreamWriter, content: bytes) -> None:
    with suppress(ConnectionError):  # it ended without reading all: its exit code tells
        stdin.write(content)
        await stdin.drain()
    stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the group to stop, then kill it."""
    for number, seconds in ((signal.SIGINT, _GRACE), (signal.SIGKILL, _GRACE)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), seconds)
            return

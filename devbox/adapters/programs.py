"""Other programs of this machine: found, and run to their end."""

from __future__ import annotations

import asyncio
import os
import shutil
import sysconfig
from collections.abc import Mapping, Sequence
from contextlib import suppress

from devbox.record import dataclass

_LIMIT = 300.0
"""Seconds after which a program is ended: a scanner that fetches its data may take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended, what it printed, and the lines of its stderr."""

    code: int
    output: bytes
    errors: tuple[str, ...] = ()

    @property
    def error(self) -> str:
        """The last it complained of."""
        return self.errors[-1] if self.errors else "it said nothing"


def search_path(environ: Mapping[str, str]) -> str:
    """PATH, and the folder of the programs that were installed beside devbox."""
    return os.pathsep.join((environ.get("PATH", os.defpath), sysconfig.get_path("scripts")))


def found(name: str, path: str) -> str:
    """The program's file; "" if it is not installed."""
    return shutil.which(name, path=path) or ""


async def run(words: Sequence[str], environ: Mapping[str, str], stdin: bytes = b"") -> Ended:
    """Run it to its end."""
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environ),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_LIMIT):
            output, errors = await process.communicate(stdin)
    except TimeoutError:
        return Ended(code=-1, output=b"", errors=(f"it did not end within {_LIMIT:.0f} s",))
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    lines = (line.strip() for line in errors.decode(errors="replace").splitlines())
    return Ended(code=process.returncode or 0, output=output, errors=tuple(filter(None, lines)))

"""A program for the terminal's tests: `python -m tests.engine.interacting exec|attach CONTAINER TTY [COMMAND ...]`.

Joins its own terminal to the container, then prints the exit code and whether the terminal is as it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
import termios

from devbox.adapters.connect import connect


async def main(verb: str, container: str, tty: str, *command: str) -> None:
    engine = await connect("", os.environ)
    if verb == "exec":
        code = await engine.interact(container, command, tty=tty == "tty")
    else:
        code = await engine.attach(container, tty=tty == "tty", stdin=True)
    await engine.close()
    print(f"exit {code}", flush=True)


def settings() -> object:
    return termios.tcgetattr(0) if os.isatty(0) else None


if __name__ == "__main__":
    if os.isatty(0):
        with contextlib.suppress(OSError):
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    before = settings()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:]))
    print("restored" if settings() == before else "not restored", flush=True)

"""python -m live.health api | worker: the health check, which begins with whether the newest source runs at all."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

FAILED = Path("/tmp/live.failed")
"""Says why it does not, where it does not."""


def main(part: str) -> int:
    """The exit code."""
    with suppress(FileNotFoundError):
        print("the newest source does not run:", FAILED.read_text())
        return 1
    from jobs.__main__ import main

    return main(["probe", part])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

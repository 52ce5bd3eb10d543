"""A fork that does the work, as the process that made it sees it."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path


class Process:
    """One that was made because of what was noticed at `since` (monotonic, as all times here); it tells by `news`."""

    def __init__(self, pid: int, news: int, *, since: float) -> None:
        self.pid = pid
        self.since = since
        self.news = news
        self.failed = ""
        self.ready = self.slow = False
        self.told: float | None = None
        """When it was told to stop."""
        self._said = b""
        self._computed = 0.0
        os.set_blocking(news, False)

    def read(self) -> list[str] | None:
        """The modules that it has imported, once it is ready; `failed` is set once it says so."""
        with suppress(BlockingIOError):
            while part := os.read(self.news, 1 << 16):
                self._said += part
        said = json.loads(self._said) if self._said.endswith(b"\n") else {}
        self.failed = said.get("failed", self.failed)
        return said.get("modules")

    def stop(self) -> None:
        """Tell it to end what it has in hand, and go."""
        if self.told is None:
            self.told = time.monotonic()
            os.kill(self.pid, signal.SIGTERM)

    def computes(self) -> bool:
        """Whether it has used the processor since it was last asked."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        computed = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        before, self._computed = self._computed, computed
        return before > 0 and computed - before > 0.5

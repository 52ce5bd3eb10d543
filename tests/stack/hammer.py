"""Clients that ask without pause, by kept connections and by new ones, and note what was not answered well."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

JOB = json.dumps({"kind": "digest", "payload": {"text": "hammered"}})


@dataclass
class Tally:
    """`answered` by what was asked; `failures` say what came instead."""

    answered: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many were sent."""
        return sum(self.answered.values()) + len(self.failures)


@contextmanager
def hammering(port: int, *, clients: int = 2) -> Iterator[Tally]:
    """Within, `clients` of each sort ask the port of 127.0.0.1: reads by a kept and by new connections, and writes."""
    tally, stop = Tally(), threading.Event()
    ways = [("GET", "/jobs?limit=1", 200, True), ("GET", "/jobs?limit=1", 200, False), ("POST", "/jobs", 202, False)]
    threads = [
        threading.Thread(target=_ask, args=(port, *way, tally, stop), daemon=True)
        for way in ways
        for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)


def _ask(port: int, method: str, path: str, wanted: int, kept: bool, tally: Tally, stop: threading.Event) -> None:
    what = f"{method} by {'a kept' if kept else 'new'} connection{'' if kept else 's'}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    while not stop.is_set():
        try:
            connection.request(method, path, JOB if method == "POST" else None, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status == wanted:
                tally.answered[what] += 1
            else:
                tally.failures.append(f"{what}: {answer.status} {said[:200]!r}")
        except (OSError, http.client.HTTPException) as error:
            tally.failures.append(f"{what}: {error!r}")
            connection.close()
        if not kept:
            connection.close()
    connection.close()

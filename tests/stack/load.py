"""Clients that post jobs all the time, and remember what they were answered."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.stack.stack import Stack

CLIENTS = 4


class Load:
    """Jobs of one run, told apart from all others by `run` in their payload."""

    def __init__(self, stack: Stack, *, limit: int | None) -> None:
        self.run = secrets.token_hex(4)
        self.accepted: list[str] = []
        self.answers: Counter[int] = Counter()
        """By status; 0 counts the times that nobody answered."""
        self._stack = stack
        self._limit = limit
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._begun = 0

    def stop(self) -> None:
        """Post no more."""
        self._stopped.set()

    def post_until_stopped(self) -> None:
        """Post one after the other, each on a connection of its own; another for each that was not accepted."""
        port: int | None = None
        while not self._stopped.is_set() and not self._enough():
            try:
                port = port or self._stack.port("api", 8000)
                status, id = self._post(port)
            except (OSError, http.client.HTTPException, KeyError, TypeError):
                port, status, id = None, 0, ""  # nobody serves, or nothing is published while it starts anew
            with self._lock:
                self.answers[status] += 1
                if status == 202:
                    self.accepted.append(id)
                else:
                    self._begun -= 1
            if status != 202:
                self._stopped.wait(0.05)

    def recorded(self) -> Counter[str]:
        """How many jobs of this run PostgreSQL has, by status."""
        query = f"SELECT status, count(*) FROM jobs WHERE payload->>'run' = '{self.run}' GROUP BY status"
        done = self._stack.container("postgres").exec_run(["psql", "-U", "jobs", "-d", "jobs", "-AtF=", "-c", query])
        assert done.exit_code == 0, done.output
        pairs = (line.split("=") for line in done.output.decode().split())
        return Counter({status: int(count) for status, count in pairs})

    def _enough(self) -> bool:
        with self._lock:
            if self._limit is not None and self._begun >= self._limit:
                return True
            self._begun += 1
            return False

    def _post(self, port: int) -> tuple[int, str]:
        # Some take a while, so that a worker which is killed has something in hand.
        job = {"kind": "sleep", "payload": {"seconds": 0.5 if secrets.randbelow(50) == 0 else 0, "run": self.run}}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST", "/jobs", json.dumps(job), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()).get("id", "")
        finally:
            connection.close()


@contextmanager
def load(stack: Stack, *, limit: int | None = None) -> Iterator[Load]:
    """Clients at work, until `limit` jobs are accepted or the block ends."""
    running = Load(stack, limit=limit)
    clients = [threading.Thread(target=running.post_until_stopped) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield running
        if limit is not None:
            for client in clients:
                client.join()
    finally:
        running.stop()
        for client in clients:
            client.join()

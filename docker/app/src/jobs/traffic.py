"""Something to look at: posts jobs of every kind, steadily."""

from __future__ import annotations

import http.client
import json
import logging
import os
import random
import signal
import time

from jobs import pulse

log = logging.getLogger(__name__)


def run(host: str, port: int, per_second: float, pulse_file: str) -> None:
    """Post until SIGTERM; a refusal is logged and the next one tried. Every answer counts as a sign of life."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    chance = random.Random(os.getpid())
    while not stopped:
        job = _some_job(chance)
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("POST", "/jobs", json.dumps(job), {"Content-Type": "application/json"})
            status = connection.getresponse().status
            pulse.beat(pulse_file)
            log.log(logging.INFO if status == 202 else logging.WARNING, "posted", extra={"status": status, **job})
        except (OSError, http.client.HTTPException) as error:
            log.warning("not posted", extra={"error": str(error)})
        finally:
            connection.close()
        time.sleep(chance.uniform(0.5, 1.5) / per_second)


def _some_job(chance: random.Random) -> dict[str, object]:
    kind = chance.choice(["digest", "digest", "primes", "sleep", "flaky"])
    payload: dict[str, object] = {
        "digest": {"text": f"{chance.getrandbits(64):x}"},
        "primes": {"below": chance.randrange(1_000, 1_000_000)},
        "sleep": {"seconds": round(chance.uniform(0.05, 0.5), 2)},
        "flaky": {"failures": chance.randrange(0, 4)},
    }
    return {"kind": kind, "payload": payload[kind]}

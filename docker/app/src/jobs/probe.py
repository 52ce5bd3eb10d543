"""The containers' health checks, small because they run every few seconds."""

from __future__ import annotations

import http.client

from jobs import pulse
from jobs.settings import Settings


def probe_api(settings: Settings) -> tuple[bool, str]:
    """Whether the API says ready or degraded, and what it said."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=2.5)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        return answer.status == 200, answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return False, f"no answer on port {settings.port}: {error}"
    finally:
        connection.close()


def probe_pulse(settings: Settings) -> tuple[bool, str]:
    """Whether the process beside this one has given a sign of life lately."""
    return pulse.verdict(settings.pulse_file)

"""What there is to say, in the form of the application's own log."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime


def say(level: str, message: str, **more: object) -> None:
    """One line."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"ts": now, "level": level, "logger": "live", "message": message, **more})
    sys.stdout.write(f"{line}\n")  # in one piece: several processes write there
    sys.stdout.flush()

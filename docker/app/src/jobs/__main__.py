"""python -m jobs api | worker | migrate | seed | fixtures | traffic | probe (api | worker | traffic)."""

from __future__ import annotations

import os
import signal
import sys

from jobs.handover import ALONE, Handover
from jobs.settings import SettingError, Settings

USAGE = "usage: python -m jobs api | worker | migrate | seed | fixtures | traffic | probe (api | worker | traffic)"


def main(arguments: list[str], handover: Handover = ALONE) -> int:
    """Run one part of the application; 2 if the arguments or the settings are wrong."""
    # As PID 1 a process ignores every signal it has no handler for; until a part sets its own, to stop is to leave.
    # What has an end of its own has not come to it then, and whoever waits for it must not take it for done.
    code = 0 if arguments[:1] in (["api"], ["worker"], ["traffic"]) else 128 + signal.SIGTERM
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(code))
    try:
        settings = Settings.read(os.environ)
    except SettingError as error:
        print(f"jobs: {error}", file=sys.stderr)
        return 2
    match arguments:
        case ["api"]:
            from jobs import logs, serving

            logs.configure(settings.log_level)
            serving.run(settings, handover)
            return 0
        case ["worker"]:
            import asyncio

            from jobs import logs, worker

            logs.configure(settings.log_level)
            asyncio.run(worker.serve(settings, handover))
            return 0
        case ["migrate"]:
            from jobs import logs, migrate

            logs.configure(settings.log_level)
            return migrate.run(settings)
        case ["seed"]:
            from jobs import logs, seed

            logs.configure(settings.log_level)
            return seed.run(settings)
        case ["fixtures"]:
            from jobs import fixtures, logs

            logs.configure(settings.log_level)
            return fixtures.run(settings)
        case ["traffic"]:
            from jobs import logs, traffic

            logs.configure(settings.log_level)
            per_second = float(os.environ.get("PER_SECOND", "2"))
            traffic.run(os.environ.get("API_HOST", "api"), settings.port, per_second, settings.pulse_file)
            return 0
        case ["probe", "api" | "worker" | "traffic" as what]:
            from jobs import probe

            healthy, words = probe.probe_api(settings) if what == "api" else probe.probe_pulse(settings)
            print(words)
            return 0 if healthy else 1
        case _:
            print(USAGE, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

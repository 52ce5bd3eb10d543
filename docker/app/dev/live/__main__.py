"""python -m live [--listen PORT] api | worker."""

from __future__ import annotations

import argparse
import sys

from live.part import become
from live.reloader import Forked, Reloader


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="live", allow_abbrev=False)
    parser.add_argument("--listen", metavar="PORT", type=int, help="the port that the part serves")
    parser.add_argument("part", choices=["api", "worker"])
    given = parser.parse_args(arguments)
    reloader = Reloader(given.listen)
    try:
        return reloader.run()
    except Forked as forked:
        reloader.leave()
        news = forked.news
    return become(given.part, reloader.listener, news)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

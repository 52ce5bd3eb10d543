"""The part of the application, as it runs in a fork."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from live.log import say
from live.source import SOURCE


def become(part: str, listener: socket.socket | None, news: int) -> int:
    """Be the part of the application, and say to `news` that it is ready or what is in the way."""
    told = False

    def tell(**what: object) -> None:
        nonlocal told
        if not told:
            told = True
            with suppress(BrokenPipeError):  # there is newer source already
                os.write(news, json.dumps(what).encode() + b"\n")
            os.close(news)

    # The one before serves its metrics until it has ended its job.
    socketserver.TCPServer.allow_reuse_port = True
    sys.argv = ["jobs", part]
    try:
        from jobs.__main__ import main
        from jobs.handover import Handover

        return main([part], Handover(listener=listener, ready=lambda: tell(modules=list(sys.modules))))
    except Exception as error:  # noqa: BLE001  # whatever the source does wrong
        say("error", _words(error), traceback="".join(traceback.format_exception(error)))
        tell(failed=_words(error))
        return 1


def _words(error: Exception) -> str:
    """The error and its place in the source."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(SOURCE)
    ]
    file, line = (frames[-1].filename, frames[-1].lineno) if frames else ("", None)
    if isinstance(error, SyntaxError) and error.filename:
        file, line = error.filename, error.lineno
    place = f"{os.path.relpath(file, SOURCE)}:{line}: " if file else ""
    return f"{place}{type(error).__name__}: {getattr(error, 'msg', None) or error}"

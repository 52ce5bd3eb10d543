"""Read by a process that is asked for a debugger, at any place of its code: debugpy listens, and who asked hears where.

Nothing is done where nobody asks: a signal that goes astray opens no port. Who asks listens at an abstract socket that
is named after this process, and must be of the same user, or root.
"""


def _answer(folder: str) -> None:
    import os
    from _socket import socket  # gevent's would wait for its own loop

    asking = socket(1, 1)
    asking.settimeout(5)
    try:
        asking.connect("\0devbox-debug-%s-%d" % (os.readlink("/proc/self/ns/pid"), os.getpid()))  # noqa: PTH115, UP031
    except OSError:
        return
    if int.from_bytes(asking.getsockopt(1, 17, 12)[4:8], "little") not in (0, os.geteuid()):
        return
    import json
    import sys

    if hasattr(sys, "_devbox_debug"):  # a signal has come while another is acted upon: nothing can be waited for here
        told: dict = {"busy": True}  # type: ignore[type-arg]
    else:
        sys._devbox_debug = True  # type: ignore[attr-defined]
        try:
            told = _listen(folder)
        except BaseException as error:  # noqa: BLE001 - it is told, and the service goes on
            told = {"error": "debugpy does not start there: %s: %s" % (type(error).__name__, error)}  # noqa: UP031
        finally:
            del sys._devbox_debug  # type: ignore[attr-defined]
    asking.sendall(json.dumps(told).encode())
    asking.close()


def _listen(folder: str) -> dict:  # type: ignore[type-arg]
    import os
    import sys

    oldest = tuple(map(int, open(folder + "/oldest").read().split(".")))  # noqa: PTH123, SIM115
    if sys.version_info < oldest:
        mine, needed = ".".join(map(str, sys.version_info[:2])), ".".join(map(str, oldest))
        return {"error": "its Python is %s, and debugpy needs %s or newer" % (mine, needed)}  # noqa: UP031
    pydevd = sys.modules.get("pydevd")
    if pydevd is not None and not _is_over(pydevd):
        return {}  # its parent's adapter tells of it
    quiet = "PYDEVD_DISABLE_FILE_VALIDATION"
    own = os.environ.get(quiet)
    os.environ[quiet] = "1"  # else it complains of frozen modules on stderr
    sys.path.insert(0, folder + "/lib")
    try:
        import debugpy
        from debugpy.server import api
    finally:
        sys.path.remove(folder + "/lib")
    if pydevd is not None:
        _forget(api)
    try:
        from _pydev_bundle.pydev_monkey import skip_subprocess_arg_patch  # type: ignore[import-not-found] # debugpy's

        for _ in range(5):
            port = _free()
            try:
                with skip_subprocess_arg_patch():  # an adapter is debugged by nobody
                    debugpy.listen(("127.0.0.1", port))
            except RuntimeError as error:
                if "in use" not in str(error):
                    raise
                continue
            return {"port": port}
    finally:
        if own is None:
            del os.environ[quiet]
        else:
            os.environ[quiet] = own
    return {"error": "no port is free"}


def _forget(api) -> None:  # type: ignore[no-untyped-def]
    """What is left of a debugger whose adapter has ended: that it listened, and where children would go."""
    import pydevd  # type: ignore[import-not-found]

    api.listen.called = False
    pydevd.SetupHolder.setup = None


def _is_over(pydevd) -> bool:  # type: ignore[no-untyped-def]
    """Whether no debugger is in this process any more; it is waited for the end of one whose adapter has ended."""
    import time

    until = time.time() + 5
    while True:
        debugger = pydevd.get_global_debugger()
        if debugger is None:
            return True
        if not (debugger.pydb_disposed or _hung_up(debugger)) or time.time() > until:
            return False
        time.sleep(0.02)


def _hung_up(debugger) -> bool:  # type: ignore[no-untyped-def]
    from socket import MSG_DONTWAIT, MSG_PEEK

    try:
        return debugger.reader.sock.recv(1, MSG_PEEK | MSG_DONTWAIT) == b""  # type: ignore[no-any-return]
    except BlockingIOError:
        return False
    except (OSError, AttributeError):  # closed already, or not yet connected
        return debugger.reader is not None


def _free() -> int:
    from socket import AF_INET, socket

    one = socket(AF_INET)
    try:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
    finally:
        one.close()


_answer(__file__.rpartition("/")[0])

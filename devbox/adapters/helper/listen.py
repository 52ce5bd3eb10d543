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

    try:
        told = _listen(folder)
    except BaseException as error:  # noqa: BLE001 - it is told, and the service goes on
        told = {"error": "debugpy does not start there: %s: %s" % (type(error).__name__, error)}  # noqa: UP031
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
    if pydevd is not None and pydevd.get_global_debugger() is not None:
        return {}  # its parent's adapter tells of it
    quiet = "PYDEVD_DISABLE_FILE_VALIDATION"
    own = os.environ.get(quiet)
    os.environ[quiet] = "1"  # else it complains of frozen modules on stderr
    sys.path.insert(0, folder + "/lib")
    try:
        import debugpy
    finally:
        sys.path.remove(folder + "/lib")
    try:
        for _ in range(5):
            port = _free()
            try:
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


def _free() -> int:
    from socket import AF_INET, socket

    one = socket(AF_INET)
    try:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
    finally:
        one.close()


_answer(__file__.rpartition("/")[0])

# devbox's debug helper: this Python, of whatever version, can be asked to listen for a debugger.
# Until then nothing is imported for it.
def _helper(start):
    # type: (str) -> None
    import _signal  # type: ignore[import-not-found]  # `signal` itself imports enum

    path = start.rpartition("/")[0] + "/listen.py"

    def asked(number, frame):
        # type: (int, object) -> None
        try:
            with open(path) as file:  # noqa: PTH123
                scope = {"__file__": path, "__name__": "devbox_debug"}
                exec(compile(file.read(), path, "exec"), scope)
        except BaseException:  # noqa: BLE001 - whatever it is, the service goes on
            pass

    if _signal.getsignal(50) == _signal.SIG_DFL:
        _signal.signal(50, asked)


def _next(start):
    # type: (str) -> None
    """The sitecustomize that ours stands in front of."""
    import sys

    sys.path[:] = [one for one in sys.path if one != start]
    ours = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
    except ImportError as error:
        if ours is not None:
            sys.modules["sitecustomize"] = ours
        if getattr(error, "name", "sitecustomize") != "sitecustomize":
            raise


try:  # noqa: SIM105 - contextlib is an import
    _helper(__file__.rpartition("/")[0])
except Exception:  # noqa: BLE001 - no helper, then
    pass
_next(__file__.rpartition("/")[0])

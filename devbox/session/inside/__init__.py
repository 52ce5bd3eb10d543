"""Programs that devbox runs inside containers, with the Python that is found there (3.7 or newer)."""

from __future__ import annotations

from pathlib import Path

_USES = {"processes": ("answering",), "inject": ("answering", "gdb")}


def program(name: str) -> str:
    """The text of one of them, with what it imports from beside it."""
    lines = ["from __future__ import annotations\n"]
    for one in (*_USES.get(name, ()), name):
        text = Path(__file__).with_name(f"{one}.py").read_text(encoding="utf-8")
        lines += [line for line in text.splitlines(True) if not line.startswith(("from __future__", "from devbox."))]
    return "".join(lines)

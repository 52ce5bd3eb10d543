"""The debugpy that devbox was installed with, packed for containers, with the helper that loads it there."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from functools import cached_property
from importlib import metadata
from pathlib import Path

from devbox.adapters.bytecode import compiled
from devbox.errors import DevboxError

_HELPER = Path(__file__).with_name("helper")
_LEFT_OUT = ("__pycache__", "winappdbg", "windows", "tests", "linux_and_mac")
_SOURCES = (".pyc", ".c", ".cpp", ".pyx", ".pxd", ".h", ".dll", ".dylib", ".exe", ".template", ".json")
"""What compiled parts were made of, and those of other systems."""


class InstalledKit:
    """ports.Kit; what is packed is packed once."""

    @cached_property
    def version(self) -> str:
        try:
            return metadata.version("debugpy")
        except metadata.PackageNotFoundError:
            raise DevboxError("debugpy is not installed beside devbox.", hint="Run `pip install debugpy`.") from None

    @cached_property
    def oldest(self) -> tuple[int, int]:
        needed = metadata.metadata("debugpy")["Requires-Python"]
        found = re.search(r">=\s*(\d+)\.(\d+)", needed or "")
        return (int(found[1]), int(found[2])) if found else (3, 8)

    @cached_property
    def archive(self) -> bytes:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name, content in [*sorted(self._files().items()), ("complete", b"")]:
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode, entry.mtime = len(content), 0o755 if name.endswith(".so") else 0o644, 1
                tar.addfile(entry, io.BytesIO(content))
        return packed.getvalue()

    @cached_property
    def name(self) -> str:
        return f"{self.version}-{hashlib.sha256(self.archive).hexdigest()[:12]}"

    def _files(self) -> dict[str, bytes]:
        found = {
            "start/sitecustomize.py": (_HELPER / "sitecustomize.py").read_bytes(),
            "listen.py": (_HELPER / "listen.py").read_bytes(),
            "oldest": ".".join(map(str, self.oldest)).encode(),
        }
        self.version  # noqa: B018 - says so where there is none
        for file in metadata.files("debugpy") or ():
            if file.parts[0] == "debugpy" and not set(file.parts) & set(_LEFT_OUT) and file.suffix not in _SOURCES:
                path = Path(str(file.locate()))
                found[f"lib/{file.as_posix()}"] = content = path.read_bytes()
                if file.suffix == ".py" and (module := compiled(path, content)):
                    found[f"lib/{file.parent.as_posix()}/{module[0]}"] = module[1]
        return found

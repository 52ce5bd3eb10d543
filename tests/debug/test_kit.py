"""debugpy as it is laid into containers."""

from __future__ import annotations

import importlib.util
import io
import os
import py_compile
import subprocess
import sys
import tarfile
from pathlib import Path

from devbox.adapters.bytecode import compiled
from devbox.adapters.kit import InstalledKit


def module(folder: Path, text: str) -> Path:
    """A module that Python has compiled."""
    path = folder / "made.py"
    path.write_text(text)
    py_compile.compile(str(path), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    return path


def test_what_python_compiled_is_taken_elsewhere_as_it_is(tmp_path: Path) -> None:
    path = module(tmp_path, "print('compiled')")
    found = compiled(path, path.read_bytes())
    assert found
    name, content = found
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / name).parent.mkdir(parents=True)
    (elsewhere / name).write_bytes(content)
    (elsewhere / "made.py").write_text("print('read again')")
    done = subprocess.run(
        [sys.executable, "-c", "import made"], env={**os.environ, "PYTHONPATH": str(elsewhere)}, capture_output=True
    )
    assert done.stdout == b"compiled\n"


def test_what_was_compiled_of_another_text_is_not(tmp_path: Path) -> None:
    path = module(tmp_path, "print(1)")
    path.write_text("print('changed')")
    assert compiled(path, path.read_bytes()) is None
    Path(importlib.util.cache_from_source(str(path))).unlink()
    assert compiled(path, path.read_bytes()) is None


def test_the_archive_is_named_by_its_content_and_has_nothing_of_other_systems() -> None:
    first, second = InstalledKit(), InstalledKit()
    assert first.name == second.name and first.name.startswith(f"{first.version}-")
    with tarfile.open(fileobj=io.BytesIO(first.archive)) as tar:
        names = tar.getnames()
    assert {"listen.py", "start/sitecustomize.py", "lib/debugpy/adapter/__main__.py"} <= set(names)
    assert names[-1] == "complete"
    assert not [name for name in names if name.endswith((".dll", ".dylib", ".c")) or "winappdbg" in name]

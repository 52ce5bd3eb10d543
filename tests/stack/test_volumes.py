"""Volumes with source, once another image is there: they get what is new in it, and keep what was synced since."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from tests.stack.stack import ROOT


def _module() -> ModuleType:
    """The tool of the sample application's development, which is no part of devbox."""
    spec = importlib.util.spec_from_file_location("volumes", ROOT / "docker/app/dev/volumes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bring = _module().bring


def write(folder: Path, files: dict[str, str]) -> Path:
    """The folder, with these files in it and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def read(folder: Path) -> dict[str, str]:
    """What lies in it, but for the tool's own note."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text() for name, path in files.items() if name != ".image"}


OLD = {"a.py": "old", "same.py": "same", "gone/b.py": "old"}
NEW = {"a.py": "new", "same.py": "same", "made/c.py": "new"}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return tmp_path / "image"


@pytest.fixture
def volume(tmp_path: Path, image: Path) -> Path:
    """As the engine and the first start have filled it, from an older image."""
    folder = write(tmp_path / "volume", OLD)
    bring(write(image, OLD), folder)
    return folder


def test_what_the_new_image_has_otherwise_is_written_and_what_it_has_not_is_deleted(image: Path, volume: Path) -> None:
    bring(write(image, NEW), volume)
    assert read(volume) == NEW
    assert not (volume / "gone").exists()


def test_an_image_that_was_there_before_comes_back(image: Path, volume: Path) -> None:
    bring(write(image, NEW), volume)
    bring(write(image, OLD), volume)
    assert read(volume) == OLD


def test_what_was_synced_since_stays_where_the_image_is_the_same(image: Path, volume: Path) -> None:
    synced = OLD | {"same.py": "synced", "made.py": "synced"}
    for name, text in synced.items():
        (volume / name).write_text(text)
    bring(image, volume)
    assert read(volume) == synced


def test_what_was_synced_stays_beside_what_is_new(image: Path, volume: Path) -> None:
    (volume / "same.py").write_text("synced")
    bring(write(image, NEW), volume)
    assert read(volume) == NEW | {"same.py": "synced"}


def test_a_volume_of_unknown_origin_gets_all_of_the_image(image: Path, tmp_path: Path) -> None:
    stray = write(tmp_path / "stray", {"a.py": "whose?", "more.py": "whose?"})
    bring(write(image, NEW), stray)
    assert read(stray) == NEW | {"more.py": "whose?"}


def test_what_was_synced_may_be_a_folder_where_the_image_had_a_file_and_a_file_where_it_has_a_folder(
    image: Path, volume: Path
) -> None:
    stamp = (volume / ".image").read_text()
    write(volume, {"a.py/in.py": "synced", "made": "synced", ".image": stamp})
    new = {"a.py/in.py": "new", "made/c.py": "new"}
    bring(write(image, new), volume)
    assert read(volume) == new


def test_a_folder_and_a_file_may_change_places(image: Path, volume: Path) -> None:
    other = {"a.py/in.py": "new", "gone": "a file now"}
    bring(write(image, other), volume)
    assert read(volume) == other

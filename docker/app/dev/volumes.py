"""Brings the volumes up to the image's source, then runs a command: python volumes.py COMMAND ...

The engine fills a volume from the image when it makes it, and never again: built anew, a stack would run what it ran
before. /srv/image/NAME is the image's own copy of /srv/NAME. What differs from the image that last filled the volume is
written; what only the volume has otherwise was synced since, and stays.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

IMAGE, VOLUMES = Path("/srv/image"), Path("/srv")
STAMP = ".image"
"""In a volume: what the image held that last filled it."""


def held(folder: Path) -> dict[str, str]:
    """Path below `folder` -> digest of the file there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def bring(image: Path, volume: Path) -> None:
    """Give the volume what is new in the image."""
    stamp = volume / STAMP
    before = json.loads(stamp.read_text()) if stamp.exists() else {}
    now, there = held(image), held(volume)
    for path in sorted((before.keys() - now.keys()) & there.keys()):
        (volume / path).unlink()
        for folder in list((volume / path).parents)[: path.count("/")]:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
    for path in sorted(now):
        if now[path] not in (before.get(path), there.get(path)):
            _put(image / path, volume / path)
    if before != now:
        _put_text(json.dumps(now), stamp)


def _put(source: Path, target: Path) -> None:
    """In one step: whoever imports it now gets the one or the other."""
    if target.is_dir():
        shutil.rmtree(target)
    for folder in target.parents:
        if folder.is_file():
            folder.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, part := target.with_name(f"{target.name}~"))
    part.replace(target)


def _put_text(text: str, target: Path) -> None:
    (part := target.with_name(f"{target.name}~")).write_text(text)
    part.replace(target)


if __name__ == "__main__":
    for one in IMAGE.iterdir():
        bring(one, VOLUMES / one.name)
    os.execvp(sys.argv[1], sys.argv[1:])

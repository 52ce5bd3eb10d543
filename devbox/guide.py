"""The guides: Markdown files of this package, read in the terminal, by `devbox guide`, and on the web alike."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "guides"


def guides() -> dict[str, Path]:
    """name -> file, by name."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.md"))}


def title(path: Path) -> str:
    """What a guide is about, in its own words."""
    with path.open(encoding="utf-8") as file:
        return file.readline().strip("# \n")

"""What devbox remembers, for the time of a test."""

from __future__ import annotations


class Memory:
    """ports.Kept."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def read(self, name: str) -> str:
        return self.texts.get(name, "")

    def write(self, name: str, text: str) -> None:
        self.texts[name] = text

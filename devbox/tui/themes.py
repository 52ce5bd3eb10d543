"""devbox's own looks: calm, one accent; what is wrong is the only loud thing."""

from __future__ import annotations

from collections.abc import Collection

from textual.theme import Theme

DARK = Theme(
    name="devbox-dark",
    primary="#7aa2f7",
    secondary="#5d6b98",
    accent="#7dcfff",
    success="#8fc98a",
    warning="#e0b568",
    error="#f0787f",
    foreground="#d5daea",
    background="#13151d",
    surface="#191c26",
    panel="#222635",
    dark=True,
    variables={"input-cursor-background": "#d5daea", "footer-background": "#191c26"},
)

LIGHT = Theme(
    name="devbox-light",
    primary="#2f5fc4",
    secondary="#8b96b8",
    accent="#0f7fa8",
    success="#2f7d3b",
    warning="#946200",
    error="#bd2c3a",
    foreground="#23283a",
    background="#fafbfd",
    surface="#f1f3f8",
    panel="#e3e7f0",
    dark=False,
)


def other(name: str) -> str:
    """The theme to change to: dark or light, whichever `name` is not."""
    return LIGHT.name if name == DARK.name else DARK.name


def chosen(name: str, available: Collection[str]) -> str:
    """The theme a user's setting means: "dark", "light", or any of Textual's by name; devbox's dark one otherwise."""
    full = f"devbox-{name}" if name in ("dark", "light") else name
    return full if full in available else DARK.name

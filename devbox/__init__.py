"""devbox: a terminal for the Compose stack you work in all day."""

__version__ = "0.1.0"

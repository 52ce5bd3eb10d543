"""The lifetime of a session on one project: what the TUI talks to."""

from __future__ import annotations

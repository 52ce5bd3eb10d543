"""Where a published port is reached, and opening it in the user's browser."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

from devbox.session.state import Connected, State


def address(state: State, port: int) -> str:
    """ "localhost:8000", or on the machine whose engine it is."""
    endpoint = state.connection.info.endpoint if isinstance(state.connection, Connected) else ""
    return f"{urlsplit(endpoint).hostname or 'localhost'}:{port}"


def url(state: State, port: int) -> str:
    """The same for a browser."""
    return f"{'https' if str(port).endswith('443') else 'http'}://{address(state, port)}"


def open_in_browser(url: str) -> bool:
    """Whether a browser was asked to open it; without a desktop there is none, and never one that would draw here."""
    desktop = sys.platform in ("darwin", "win32") or any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not desktop:
        return False
    import webbrowser

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if isinstance(browser, webbrowser.GenericBrowser) and not isinstance(browser, webbrowser.BackgroundBrowser):
        return False  # a text browser (lynx, w3m): it would draw over this screen
    return browser.open(url)

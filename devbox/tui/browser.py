"""Opening an address in the user's browser, never in one that would take over this terminal."""

from __future__ import annotations

import os
import sys


def open_in_browser(url: str) -> bool:
    """Whether a browser was asked to open it; without a desktop there is none."""
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

"""A storm of changes (a checkout, a build): how long it must be quiet to be over. All times in seconds, monotonic."""

from __future__ import annotations

QUIET, QUIET_LONGEST = 0.05, 0.4
"""Quiet that ends a storm which never paused, and one which often did."""
_HICCUP = 3
"""A storm is over after a pause so many times as long as any that it made before."""
_LONGEST, _CHECKOUT_LONGEST = 5.0, 30.0
"""After so long it counts as over though it goes on."""
_CHECKOUT_QUIET = 4.0
"""After so long without a change git is believed to wait for somebody; a busy disk can hold it up for a second."""


class Storm:
    """One that began at `at`. `since`: from the end of the last one on, which may have been believed to be over too
    soon: then this one, its continuation, is given more time."""

    def __init__(self, at: float, since: float) -> None:
        self.quiet = _patience(since) if since < QUIET_LONGEST else QUIET
        self.heard_last = at
        self._began = at
        self._alone = at
        """Since when git is not at work: what it wrote until then may not all have been heard."""

    def heard(self, at: float) -> None:
        """More of it came."""
        self.quiet = max(self.quiet, _patience(at - self.heard_last))
        self.heard_last = at

    def over(self, at: float, *, checkout: bool) -> bool:
        """Whether it is, its changes all being told; `checkout`: git was at work when they were last asked for."""
        silent = at - self.heard_last
        if checkout:
            self._alone = at
            return at - self._began > _CHECKOUT_LONGEST or silent > _CHECKOUT_QUIET
        return at - self._alone > _LONGEST or silent > self.quiet


def _patience(pause: float) -> float:
    return min(QUIET_LONGEST, max(QUIET, _HICCUP * pause))

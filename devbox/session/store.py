"""The one place where State is kept."""

from __future__ import annotations

from collections.abc import Callable

from devbox.session.events import Event
from devbox.session.pulse import Pulse
from devbox.session.reduce import reduce
from devbox.session.state import State


class Store:
    """Folds events into State at once and tells listeners of the outcome at most 30 times a second."""

    def __init__(self, state: State | None = None) -> None:
        self._state = state or State()
        self._pulse = Pulse()

    @property
    def state(self) -> State:
        """What is known now."""
        return self._state

    def apply(self, event: Event) -> None:
        """Fold `event` in."""
        after = reduce(self._state, event)
        if after is not self._state:
            self._state = after
            self._pulse.poke()

    def subscribe(self, callback: Callable[[State], None]) -> Callable[[], None]:
        """Call `callback` with the newest state after changes, first change at once; returns how to end it."""
        return self._pulse.subscribe(lambda: callback(self._state))

    async def publish(self) -> None:
        """Tell the listeners until cancelled."""
        await self._pulse.run()

"""Waiting until a container ends, on a stream: it may take for ever, and must end when it is told to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from devbox.adapters.exchange import Exchange
from devbox.adapters.failures import Garbled, root

if TYPE_CHECKING:
    from devbox.adapters.api import Api


class Waiting:
    """One wait: `begin` returns once the engine watches, `end` once it is over; `close` breaks it off from anywhere."""

    def __init__(self, api: Api, container: str, condition: str = "not-running") -> None:
        self._wire = api.wire
        self._container = container
        self._condition = condition
        self._exchange: Exchange | None = None
        self._closed = False

    def begin(self) -> Exchange:
        query = {"condition": self._condition}
        exchange = self._exchange = self._wire.open("POST", f"/containers/{self._container}/wait", query)
        if self._closed:
            exchange.close()
        return exchange

    def end(self) -> int:
        """The exit code."""
        exchange = self._exchange or self.begin()
        try:
            return int(json.loads(exchange.read_all())["StatusCode"])
        except (ValueError, TypeError, KeyError):
            raise self._wire.lost(Garbled("it ended while a container was waited for")) from None
        except (OSError, Garbled) as error:
            raise self._wire.lost(error) from root(error)
        finally:
            exchange.close()

    def close(self) -> None:
        self._closed = True
        if self._exchange is not None:
            self._exchange.close()

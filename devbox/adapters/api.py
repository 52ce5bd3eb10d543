"""One engine's API: what is asked of it and ended in it, its streams, and the SDK's client, which makes things."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from devbox.adapters.clock import ahead
from devbox.adapters.dial import Endpoint
from devbox.adapters.failures import Garbled
from devbox.adapters.wire import Query, Wire, parameters

if TYPE_CHECKING:
    from devbox.adapters.client import Client

FIRST_TIMEOUT, TIMEOUT = 20.0, 60.0
"""Seconds an engine may take for its first answer, and for any later one that needs no waiting."""


class Api:
    """For any number of threads; failures are devbox's own errors.

    A local engine is spoken to on sockets of our own where a call is but an address: the SDK's import alone takes as
    long as all the rest of a verb that looks, stops or removes. Over a network or ssh, where a connection is dear, the
    SDK does that too, on those it keeps.
    """

    def __init__(self, endpoint: Endpoint, environ: Mapping[str, str]) -> None:
        self.endpoint = endpoint
        self.wire = Wire(endpoint)
        self._environ = environ
        self._lock = threading.Lock()
        self._sdk: Client | None = None
        self._timeout = FIRST_TIMEOUT
        self.ahead = 0.0
        """Seconds by which the engine's clock is ahead of this machine's, as of the last ping."""

    @property
    def version(self) -> str:
        """The version of the API that is spoken; "" until one is agreed on."""
        return self.wire.version

    def agree(self, version: str) -> None:
        """From now on speak this version."""
        self.wire.version = version
        self._timeout = TIMEOUT
        if self._sdk is not None:
            self._sdk.agree(version, TIMEOUT)

    def ping(self) -> str:
        """The newest version of the API that the engine speaks; "" if what answers does not say."""
        sent = time.time()
        headers = self._greeting()
        self.ahead = ahead(headers.get("date", ""), sent, time.time())
        return headers.get("api-version", "")

    def _greeting(self) -> Mapping[str, str]:
        return self.wire.ask("GET", "/_ping", patience=self._timeout)[0] if self.near else self.sdk().greeting()

    def ask(self, path: str, query: Query | None = None) -> Any:
        """GET, decoded."""
        if not self.near:
            return self.sdk().ask(path, parameters(query))
        _, answer = self.wire.ask("GET", path, query, patience=self._timeout)
        return self._decoded(answer)

    def tell(self, path: str, body: Mapping[str, Any] | None = None, query: Query | None = None) -> Any:
        """POST, however long it takes; the decoded answer, if there is one."""
        return self._do("POST", path, body, query)

    def remove(self, path: str, query: Query | None = None) -> None:
        """DELETE, however long it takes."""
        self._do("DELETE", path, None, query)

    def unpack(self, container: str, query: Query, archive: bytes | Iterable[bytes]) -> None:
        """PUT a tar into a container."""
        path = f"/containers/{container}/archive"
        if self.near:
            self.wire.put(path, query, archive)
        else:
            self.sdk().unpack(path, parameters(query), archive)

    def sdk(self) -> Client:
        """The SDK's client; imported and made when it is first wanted."""
        with self._lock:
            if self._sdk is None:
                self._sdk = self.another()
            return self._sdk

    def another(self) -> Client:
        """A client of the SDK for one long answer; whoever asks for it closes it."""
        from devbox.adapters.client import Client

        return Client(self.endpoint, self.version, self._timeout, self._environ)

    def close(self) -> None:
        """End every stream and drop the kept connections."""
        self.wire.close()
        with self._lock:
            if self._sdk is not None:
                self._sdk.close()

    def _do(self, method: str, path: str, body: Mapping[str, Any] | None, query: Query | None) -> Any:
        if not self.near:
            return self.sdk().do(method, path, body, parameters(query))
        _, answer = self.wire.ask(method, path, query, body)
        return self._decoded(answer) if answer.strip() else None

    @property
    def near(self) -> bool:
        """Whether it is an engine of this machine."""
        return self.endpoint.url.startswith("unix:")

    def _decoded(self, answer: bytes) -> Any:
        try:
            return json.loads(answer)
        except ValueError as error:
            raise self.wire.lost(Garbled("it closed the connection")) from error

"""The SDK's client as devbox uses it. Importing this imports the SDK, a tenth of a second: late, and off the loop."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from urllib3.exceptions import HTTPError

from devbox.adapters import translate
from devbox.adapters.dial import CONNECT_TIMEOUT, Endpoint
from devbox.adapters.failures import lost, root
from devbox.adapters.sdk import APIClient
from devbox.adapters.transport import PREFIX, Transport
from devbox.adapters.wire import Wire

if TYPE_CHECKING:
    from requests import Response


class Client(APIClient):
    """One engine's API, for any number of threads, its failures in devbox's own errors.

    `timeout` limits what only asks; what makes the engine act may take as long as that needs.
    """

    def __init__(self, endpoint: Endpoint, version: str, timeout: int, environ: Mapping[str, str]) -> None:
        super().__init__(version=version, timeout=timeout, credstore_env=dict(environ))
        self.mount(PREFIX, Transport(endpoint))
        self.trust_env = False  # asks files and the environment about proxies and logins at each call
        self.endpoint = endpoint
        self.wire = Wire(endpoint, version)
        """For what the SDK cannot do: long streams that end when they are told to."""
        self.answer: Response | None = None
        """The last one that is read bit by bit."""
        self._environ = environ

    def agree(self, version: str, timeout: int) -> None:
        """From now on speak this version of the API, which costs the SDK itself a request of 30 ms to find."""
        self._version = self.wire.version = version
        self.timeout = timeout

    def another(self) -> Client:
        """A client for one long answer."""
        return Client(self.endpoint, self.api_version, self.timeout, self._environ)

    def request(self, method: str, url: str, **more: Any) -> Response:  # type: ignore[override]
        """Every call of the SDK comes through here; EngineLost, or the engine's refusal as EngineError."""
        more["timeout"] = (CONNECT_TIMEOUT, self.timeout if method == "GET" else None)
        try:
            answer = super().request(method, url, **more)
            if answer.status_code >= 400:
                raise translate.refusal(answer.status_code, answer.content)
        except (OSError, HTTPError) as error:
            raise lost(self.endpoint.url, error) from root(error)
        if more.get("stream"):
            self.answer = answer
        return answer

    def tell(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST what the SDK's own methods have no arguments for; the decoded answer, if there is one."""
        answer = self.post(f"{self.base_url}/v{self.api_version}{path}", json=body)
        return answer.json() if answer.content.strip() else None

    def end_answer(self) -> None:
        """End the answer that is read bit by bit, from any thread."""
        if self.answer is not None:
            with contextlib.suppress(OSError, RuntimeError, ValueError):  # it has ended already
                self.answer.raw.shutdown()
            self.answer.close()

    def close(self) -> None:
        """End every stream and drop the kept connections."""
        self.wire.close()
        super().close()

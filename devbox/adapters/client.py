"""The SDK's client as devbox uses it. Importing this imports the SDK, a tenth of a second: late, and off the loop."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from urllib3.exceptions import HTTPError

from devbox.adapters import translate
from devbox.adapters.connect import NEWEST
from devbox.adapters.dial import CONNECT_TIMEOUT, Endpoint
from devbox.adapters.failures import lost, root
from devbox.adapters.sdk import APIClient
from devbox.adapters.transport import PREFIX, Transport

if TYPE_CHECKING:
    from requests import Response

UNTIL_AGREED = ".".join(map(str, NEWEST))
"""What the SDK is told to speak until a version is agreed on, lest it asks by itself, for 30 ms."""


class Client(APIClient):
    """One engine's API, for any number of threads, its failures in devbox's own errors.

    `version` "" is not agreed on yet. `timeout` limits what only asks; what makes the engine act may take as long as
    that needs.
    """

    def __init__(self, endpoint: Endpoint, version: str, timeout: float, environ: Mapping[str, str]) -> None:
        super().__init__(version=version or UNTIL_AGREED, timeout=timeout, credstore_env=dict(environ))  # type: ignore[arg-type]
        self.mount(PREFIX, Transport(endpoint))
        self.trust_env = False  # asks files and the environment about proxies and logins at each call
        self.endpoint = endpoint
        self.answer: Response | None = None
        """The last one that is read bit by bit."""

    def agree(self, version: str, timeout: float) -> None:
        """From now on speak this version of the API."""
        self._version = version
        self.timeout = timeout  # type: ignore[assignment]

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

    def greeting(self) -> dict[str, str]:
        """The headers, their names in small letters, with which the engine answers a ping."""
        return {name.lower(): value for name, value in self.get(f"{self.base_url}/_ping").headers.items()}

    def unpack(self, path: str, parameters: Mapping[str, str], archive: bytes | Iterable[bytes]) -> None:
        """PUT a tar."""
        self.put(self._at(path), params=dict(parameters), data=archive)

    def ask(self, path: str, parameters: Mapping[str, str]) -> Any:
        """GET, decoded."""
        return self.get(self._at(path), params=dict(parameters)).json()

    def do(self, method: str, path: str, body: Mapping[str, Any] | None, parameters: Mapping[str, str]) -> Any:
        """Any other request; the decoded answer, if there is one."""
        answer = self.request(method, self._at(path), json=body, params=dict(parameters))
        return answer.json() if answer.content.strip() else None

    def end_answer(self) -> None:
        """End the answer that is read bit by bit, from any thread."""
        if self.answer is not None:
            with contextlib.suppress(OSError, RuntimeError, ValueError):  # it has ended already
                self.answer.raw.shutdown()
            self.answer.close()

    def _at(self, path: str) -> str:
        return f"{self.base_url}/v{self.api_version}{path}"

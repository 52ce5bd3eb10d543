"""Manifests and blobs of a registry, by the distribution API, with the logins of the docker CLI."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import docker.auth
import requests
from docker.credentials.errors import StoreError
from docker.errors import DockerException

from devbox.compose.remote import Artifact
from devbox.errors import RemoteFailed

INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFESTS = f"application/vnd.oci.image.manifest.v1+json, {INDEX}"
_HUBS = ("", docker.auth.INDEX_NAME)
_HUB_HOST = urlsplit(docker.auth.INDEX_URL).netloc
_TIMEOUT = (10, 60)
"""Seconds to connect, and to wait for an answer."""
_LARGEST = 16 * 2**20
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


class Registry:
    """The registry that holds `artifact`, to be closed; every failure is RemoteFailed."""

    def __init__(self, artifact: Artifact, environ: Mapping[str, str]) -> None:
        self._artifact = artifact
        is_hub = artifact.host in _HUBS
        self._host = _HUB_HOST if is_hub else artifact.host
        # The hub's own images have names without a slash.
        self._repository = (
            f"library/{artifact.repository}" if is_hub and "/" not in artifact.repository else artifact.repository
        )
        self._login = _login("" if is_hub else artifact.host, environ)
        self._session = requests.Session()
        self._authorization = ""
        self._scheme = "https"

    def close(self) -> None:
        self._session.close()

    def manifest(self, reference: str) -> tuple[str, bytes]:
        """The digest and the text of a manifest (of an index, too)."""
        found = self._get(f"manifests/{reference}", accept=_MANIFESTS)
        digest = _digest(found)
        if ":" in reference and digest != reference:
            raise self._failed("is not what its digest says", "fetch it again; if it stays, ask whoever published it")
        return digest, found

    def blob(self, digest: str) -> bytes:
        """A blob whose content is checked against its digest."""
        found = self._get(f"blobs/{digest}")
        if _digest(found) != digest:
            raise self._failed("is not what its digest says", "fetch it again; if it stays, ask whoever published it")
        return found

    def _get(self, what: str, accept: str = "*/*") -> bytes:
        with self._ask(what, accept) as answer:
            if answer.status_code != requests.codes.unauthorized or not self._authorize(answer):
                return self._content(answer)
        with self._ask(what, accept) as answer:
            return self._content(answer)

    def _content(self, answer: requests.Response) -> bytes:
        match answer.status_code:
            case requests.codes.ok:
                try:
                    content: bytes = next(answer.iter_content(_LARGEST + 1), b"")
                except requests.RequestException as error:
                    raise self._unreached(error) from error
                if len(content) > _LARGEST:
                    raise self._failed("is larger than any Compose project", "check the name")
                return content
            case requests.codes.unauthorized | requests.codes.forbidden:
                raise self._failed(
                    "may not be read",
                    f"log in: `docker login{f' {self._artifact.host}' if self._artifact.host else ''}`",
                )
            case requests.codes.not_found:
                raise self._failed("does not exist", "correct the name or what stands behind the colon")
        raise self._failed(f"cannot be fetched: the registry answers {answer.status_code} {answer.reason}", "")

    def _ask(self, what: str, accept: str) -> requests.Response:
        try:
            return self._send(what, accept)
        except requests.exceptions.SSLError as error:
            # The engine holds that a registry of this machine needs no TLS.
            if self._scheme == "http" or not _is_here(self._host):
                raise self._unreached(error) from error
            self._scheme = "http"
        except requests.RequestException as error:
            raise self._unreached(error) from error
        try:
            return self._send(what, accept)
        except requests.RequestException as error:
            raise self._unreached(error) from error

    def _send(self, what: str, accept: str) -> requests.Response:
        url = f"{self._scheme}://{self._host}/v2/{self._repository}/{what}"
        return self._session.get(url, headers={"Accept": accept}, auth=self._authorized, timeout=_TIMEOUT, stream=True)

    def _authorized(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._authorization:
            request.headers["Authorization"] = self._authorization
        return request

    def _authorize(self, answer: requests.Response) -> bool:
        """Answer the registry's challenge; whether there is anything to try again with."""
        challenge = answer.headers.get("WWW-Authenticate", "")
        if challenge.lower().startswith("basic"):
            self._authorization = _basic(self._login)
        elif challenge.lower().startswith("bearer"):
            self._authorization = self._token(dict(_CHALLENGE.findall(challenge)))
        return bool(self._authorization)

    def _token(self, challenge: Mapping[str, str]) -> str:
        scope = challenge.get("scope") or f"repository:{self._repository}:pull"
        asked = {"service": challenge.get("service", ""), "scope": scope}
        realm, identity = challenge.get("realm", ""), self._login.get("IdentityToken")
        try:
            if identity:
                form = {**asked, "grant_type": "refresh_token", "client_id": "devbox", "refresh_token": identity}
                answer = self._session.post(realm, data=form, auth=_unchanged, timeout=_TIMEOUT)
            else:
                headers = {"Authorization": basic} if (basic := _basic(self._login)) else {}
                answer = self._session.get(realm, params=asked, headers=headers, auth=_unchanged, timeout=_TIMEOUT)
            found = answer.json() if answer.ok else {}
        except requests.RequestException as error:
            raise self._unreached(error) from error
        token = isinstance(found, dict) and (found.get("token") or found.get("access_token"))
        return f"Bearer {token}" if token else ""

    def _failed(self, said: str, hint: str) -> RemoteFailed:
        return RemoteFailed(f"{self._artifact} {said}", hint=hint)

    def _unreached(self, error: Exception) -> RemoteFailed:
        return self._failed(f"cannot be reached: {_reason(error)}", "check the host's name and the network")


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """In place of what requests would take from ~/.netrc."""
    return request


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _is_here(host: str) -> bool:
    name = host.rpartition(":")[0] or host
    return name in ("localhost", "[::1]") or name.startswith("127.")


def _basic(login: Mapping[str, Any]) -> str:
    import base64

    name = login.get("Username") or login.get("username")
    if not name:
        return ""
    password = login.get("Password") or login.get("password") or ""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _login(host: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """What the docker CLI knows of the registry, by its configuration or a credential helper; {} if nothing."""
    folder = environ.get("DOCKER_CONFIG") or f"{environ.get('HOME', '')}/.docker"
    file = Path(folder) / "config.json"
    if not file.is_file():
        return {}
    try:
        found = docker.auth.load_config(str(file), None, dict(environ))
        return dict(found.resolve_authconfig(host or None) or {})
    except (DockerException, StoreError) as error:
        raise RemoteFailed(
            f"the login for {host or 'Docker Hub'} cannot be read: {error}", hint=f"check {file}"
        ) from error


def _reason(error: BaseException) -> str:
    """What lies at the ground of an error of the network."""
    while (cause := error.__cause__ or error.__context__ or getattr(error, "reason", None)) and isinstance(
        cause, BaseException
    ):
        error = cause
    return str(getattr(error, "strerror", "") or error)

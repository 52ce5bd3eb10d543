"""HTTP servers of the standard library, each in a thread of its own: git's own backend, and a registry."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LOGIN = "Basic " + base64.b64encode(b"me:hunter2").decode()


class Quiet(BaseHTTPRequestHandler):
    """A handler that logs nothing; `world` is what it serves."""

    world: Any

    def log_message(self, format: str, *args: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def serving(handler: type[Quiet], world: object) -> Iterator[str]:
    """HOST:PORT of a server of `world`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), {"world": world}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Repositories:
    """Bare repositories in a folder; `transfers` counts what was sent, `login` must be given if it is set."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.transfers = 0
        self.login = ""


class GitHandler(Quiet):
    """`git http-backend`, as a web server runs it."""

    world: Repositories

    def do_GET(self) -> None:
        self._backend(b"")

    def do_POST(self) -> None:
        self._backend(self.rfile.read(int(self.headers["Content-Length"])))
        self.world.transfers += b"fetch" in self._asked

    def _backend(self, body: bytes) -> None:
        self._asked = body
        if self.world.login and self.headers.get("Authorization") != self.world.login:
            self.answer(401, WWW_Authenticate='Basic realm="git"')
            return
        path, _, query = self.path.partition("?")
        environ = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.world.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], env=environ, input=body, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        self.answer(status, content, **headers)


class Registry:
    """Manifests by NAME:REFERENCE and blobs by digest; with `bearer` or `basic` it wants LOGIN."""

    def __init__(self) -> None:
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.blobs: dict[str, bytes] = {}
        self.wants = ""

    def blob(self, content: bytes, kind: str, **notes: str) -> dict[str, Any]:
        """Keep a blob; its descriptor."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.blobs[digest] = content
        annotations = {f"com.docker.compose.{key}": value for key, value in notes.items()}
        return {"mediaType": kind, "digest": digest, "size": len(content), "annotations": annotations}

    def manifest(self, names: tuple[str, ...], kind: str = MANIFEST, **fields: Any) -> str:
        """Keep a manifest under `names`, and under its digest, which is returned."""
        content = json.dumps({"schemaVersion": 2, "mediaType": kind, **fields}).encode()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        for name in (*names, digest):
            self.manifests[name] = kind, content
        return digest


class RegistryHandler(Quiet):
    """The reading half of the distribution API, for one repository `acme/stack`."""

    world: Registry

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/token":
            allowed = self.headers.get("Authorization") == LOGIN and "scope=repository%3Aacme%2Fstack%3Apull" in query
            self.answer(200 if allowed else 401, json.dumps({"token": "granted"} if allowed else {}).encode())
            return
        host = self.headers["Host"]
        wanted, challenge = {
            "bearer": (
                "Bearer granted",
                f'Bearer realm="http://{host}/token",service="s",scope="repository:acme/stack:pull"',
            ),
            "basic": (LOGIN, 'Basic realm="registry"'),
        }.get(self.world.wants, (None, ""))
        if wanted not in (None, self.headers.get("Authorization")):
            self.answer(401, WWW_Authenticate=challenge)
            return
        kind, _, name = path.removeprefix("/v2/acme/stack/").partition("/")
        found = self.world.manifests.get(name) if kind == "manifests" else None
        if kind == "blobs" and name in self.world.blobs:
            found = "application/octet-stream", self.world.blobs[name]
        if found is None:
            self.answer(404, b'{"errors": []}')
        else:
            self.answer(200, found[1], Content_Type=found[0])

"""What lies below a folder of a container, its files hashed as they stream by."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devbox.adapters.digests import digest
from devbox.adapters.execs import ExecSpec, Payloads, begin, exit_code, make
from devbox.adapters.failures import Garbled, root
from devbox.errors import EngineError
from devbox.sync.compare import Held
from devbox.sync.entry import Kind

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.exchange import Exchange

_PART = 1 << 18
_STDOUT = 1


class HeldFiles:
    """`read` blocks, `close` breaks it off from any thread. `inside`: by the container's own tar, to which a tmpfs is
    no secret."""

    def __init__(self, api: Api, container: str, path: str, *, inside: bool) -> None:
        self._api = api
        self._container = container
        self._path = path
        self._inside = inside
        self._exchange: Exchange | None = None
        self._said = bytearray()
        self._closed = False

    def read(self) -> dict[str, Held]:
        """Path relative to `path` -> what lies there; NotFound where there is nothing."""
        id = ""
        if self._inside:
            folder, name = posixpath.split(self._path.rstrip("/") or "/.")
            spec = ExecSpec(command=("tar", "-c", "-f", "-", "-C", folder, "--", name), user="0:0")
            id = make(self._api, self._container, spec)
            self._exchange = begin(self._api, id, spec)
            parts = self._output(self._exchange)
        else:
            self._exchange = self._api.wire.open("GET", f"/containers/{self._container}/archive", {"path": self._path})
            parts = self._body(self._exchange)
        if self._closed:
            self._exchange.close()
        try:
            found = digests(_Pieces(parts))
        except (OSError, Garbled) as error:
            raise self._api.wire.lost(error) from root(error)
        except tarfile.TarError as error:
            raise EngineError(f"{self._path} cannot be read there: {self._words() or error}") from error
        finally:
            self._exchange.close()
        if id and (code := exit_code(self._api, id)) and not found:
            hint = "Put `tar` into the image, or mount a volume in place of the tmpfs." if code in (126, 127) else ""
            raise EngineError(f"{self._path} cannot be read there: {self._words() or f'exit code {code}'}", hint=hint)
        return found

    def close(self) -> None:
        self._closed = True
        if self._exchange is not None:
            self._exchange.close()

    def _words(self) -> str:
        return (self._said.decode("utf-8", "replace").strip().splitlines() or [""])[-1]

    def _output(self, exchange: Exchange) -> Iterator[bytes]:
        payloads = Payloads()
        while data := exchange.recv(_PART):
            for stream, payload in payloads.take(data):
                if stream == _STDOUT:
                    yield payload
                else:
                    self._said = (self._said + payload)[-4096:]

    def _body(self, exchange: Exchange) -> Iterator[bytes]:
        while data := exchange.recv(_PART):
            yield data


class _Pieces(io.RawIOBase):
    """Bytes that come in pieces, as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def digests(stream: io.RawIOBase | io.BytesIO) -> dict[str, Held]:
    """The members of a tar that is read once, by their paths relative to the first one."""
    found: dict[str, Held] = {}
    top: str | None = None
    file = io.BufferedReader(stream, _PART)
    if not file.peek(1):
        return found
    with tarfile.open(fileobj=file, mode="r|") as tar:
        while (one := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]  # it would remember each
            if top is None:
                top = _clean(one.name)
            path = _below(one.name, top)
            mode = one.mode & 0o7777
            if one.isdir():
                found[path] = Held(kind=Kind.FOLDER, mode=mode)
            elif one.issym():
                found[path] = Held(kind=Kind.LINK, mode=mode, link=one.linkname)
            elif one.islnk() and (first := found.get(_below(one.linkname, top))):
                found[path] = first
            elif one.isfile() and (content := tar.extractfile(one)):
                found[path] = Held(kind=Kind.FILE, mode=mode, digest=digest(content))
    return found


def _clean(name: str) -> str:
    return posixpath.normpath(name).strip("/").removeprefix(".")


def _below(name: str, top: str) -> str:
    return _clean(name).removeprefix(top).strip("/")

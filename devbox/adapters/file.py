"""One file out of a container, by the engine's own copying: nothing of the image is needed for it."""

from __future__ import annotations

import io
import posixpath
import tarfile
from typing import TYPE_CHECKING

from devbox.adapters.failures import Garbled, root
from devbox.errors import EngineError

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.exchange import Exchange

LIMIT = 32 << 20
"""Bytes of a file that is read at once."""
_LINKS = 16


class OneFile:
    """`read` blocks, `close` breaks it off from any thread."""

    def __init__(self, api: Api, container: str, path: str) -> None:
        self._api = api
        self._container = container
        self._path = path
        self._exchange: Exchange | None = None
        self._closed = False

    def read(self) -> bytes:
        """Its content, links followed; NotFound where there is nothing, EngineError where it is no file."""
        path = self._path
        for _ in range(_LINKS):
            link, content = self._member(path)
            if not link:
                return content
            path = posixpath.join(posixpath.dirname(path), link)
        raise EngineError(f"{self._path} is a link that leads nowhere.")

    def close(self) -> None:
        self._closed = True
        if self._exchange is not None:
            self._exchange.close()

    def _member(self, path: str) -> tuple[str, bytes]:
        """Where it links to ("": it does not), and its content."""
        exchange = self._api.wire.open("GET", f"/containers/{self._container}/archive", {"path": path})
        self._exchange = exchange
        if self._closed:
            exchange.close()
        try:
            archive = bytearray()
            while data := exchange.recv(1 << 18):
                archive += data
                if len(archive) > LIMIT:
                    raise EngineError(f"{path} is bigger than {LIMIT >> 20} MiB.")
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                one = tar.next()
                if one is not None and one.issym():
                    return one.linkname, b""
                content = tar.extractfile(one) if one is not None and one.isfile() else None
                if content is None:
                    raise EngineError(f"{path} is no file.")
                return "", content.read()
        except (OSError, Garbled) as error:
            raise self._api.wire.lost(error) from root(error)
        except tarfile.TarError as error:
            raise EngineError(f"{path} cannot be read there: {error}") from error
        finally:
            exchange.close()

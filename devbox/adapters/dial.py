"""An endpoint of an engine, and a connected socket to it: unix, tcp, TLS or ssh."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from devbox.errors import NoEngine
from devbox.record import dataclass

if TYPE_CHECKING:
    import subprocess


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Certificate files ("" : none), and whether the engine's certificate is checked."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an engine is: `url` as in DOCKER_HOST, `context` the name of the CLI's context."""

    url: str
    context: str = "default"
    named_by: str = ""
    """What names it (DOCKER_HOST, a context); "": nothing does, it is where engines usually are."""
    tls: Tls | None = None


CONNECT_TIMEOUT = 10.0


class Connection:
    """A connected socket, with the ssh process behind it if there is one."""

    def __init__(
        self, sock: socket.socket, process: subprocess.Popen[bytes] | None = None, said: IO[bytes] | None = None
    ):
        self.sock = sock
        self._process = process
        self._said = said
        self._complaint = ""

    def shutdown(self) -> None:
        """End both directions, which wakes a reader in another thread (closing the descriptor would not)."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        self.sock.close()
        if self._process is not None:
            self._process.terminate()
            threading.Thread(target=self._process.wait, daemon=True).start()
            self._process = None
        if self._said is not None:
            self._complaint = self.complaint()
            self._said.close()
            self._said = None

    def complaint(self) -> str:
        """What ssh said last, also after `close`; "" for other connections."""
        if self._said is not None:
            self._said.seek(0)
            lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
            self._complaint = lines[-1].rstrip(".") if lines else ""
        return self._complaint


def dial(endpoint: Endpoint, timeout: float = CONNECT_TIMEOUT) -> Connection:
    """Connect; OSError if nobody is there, NoEngine if the address itself is no good."""
    address = urlsplit(endpoint.url)
    match address.scheme:
        case "unix":
            return Connection(_unix(address.netloc + address.path, timeout))
        case "tcp" | "http" | "https":
            return Connection(_tcp(endpoint, timeout))
        case "ssh":
            return _ssh(endpoint.url, timeout)
    raise NoEngine(f"devbox cannot reach an engine at {endpoint.url}; it knows unix://, tcp:// and ssh:// addresses.")


def _unix(path: str, timeout: float) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(timeout)
    try:
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return sock


def _tcp(endpoint: Endpoint, timeout: float) -> socket.socket:
    address = urlsplit(endpoint.url)
    secure = endpoint.tls is not None or address.scheme == "https"
    try:
        port = address.port or (2376 if secure else 2375)
    except ValueError:
        raise NoEngine(f"{endpoint.url} is no address of an engine: its port is no number.") from None
    host = address.hostname or "localhost"
    sock = socket.create_connection((host, port), timeout)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return _secured(sock, host, endpoint.tls or Tls()) if secure else sock
    except BaseException:
        sock.close()
        raise


def _secured(sock: socket.socket, host: str, tls: Tls) -> socket.socket:
    import ssl

    try:
        context = ssl.create_default_context(cafile=tls.ca or None)
        if not tls.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if tls.cert:
            context.load_cert_chain(tls.cert, tls.key or None)
    except (OSError, ssl.SSLError) as error:
        named = ", ".join(file for file in (tls.ca, tls.cert, tls.key) if file)
        raise NoEngine(f"The TLS certificates of the engine cannot be used ({named}): {error}.") from error
    return context.wrap_socket(sock, server_hostname=host)


def _ssh(url: str, timeout: float) -> Connection:
    """A socket pair with `ssh HOST docker system dial-stdio` at its far end. BatchMode: a prompt spoils the screen."""
    import subprocess
    import tempfile

    address = urlsplit(url)
    command = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={max(1, int(timeout))}", "-T"]
    if address.username:
        command += ["-l", address.username]
    if address.port:
        command += ["-p", str(address.port)]
    remote = ["docker", "system", "dial-stdio"]
    if address.path.strip("/"):
        remote = ["docker", "-H", f"unix://{address.path}", "system", "dial-stdio"]
    command += ["--", address.hostname or "", *remote]
    ours, theirs = socket.socketpair()
    said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the connection
    try:
        process = subprocess.Popen(
            command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=said, start_new_session=True
        )
    except FileNotFoundError:
        ours.close()
        said.close()
        raise NoEngine(f"{url} needs the program ssh, which is not installed.") from None
    finally:
        theirs.close()
    ours.settimeout(timeout)
    return Connection(ours, process, said)

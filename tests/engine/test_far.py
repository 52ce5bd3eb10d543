"""Engines that are not on a local socket: over TLS, and over ssh (played by a program of that name)."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from devbox.adapters.connect import connect
from devbox.adapters.engine import DockerEngine
from devbox.errors import NoEngine
from tests.engine.proxy import served, through
from tests.engine.specs import spec

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as DOCKER_CERT_PATH, its one certificate being authority, server and client."""
    folder = tmp_path_factory.mktemp("certs")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    return folder


@pytest.fixture
def secure(certificates: Path) -> Iterator[int]:
    """The port of the real engine behind TLS that asks for the client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    def serve(raw: socket.socket) -> None:
        try:
            client = context.wrap_socket(raw, server_side=True)
        except OSError:
            raw.close()
            return
        with client:
            through(client)

    with served(serve) as port:
        yield port


@pytest.fixture
def fake_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `ssh` that notes its arguments and runs the remote command here; the file with the notes."""
    notes = tmp_path / "arguments"
    script = f'#!/bin/sh\necho "$@" >> {notes}\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nexec "$@"\n'
    (tmp_path / "ssh").write_text(script)
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return notes


async def everything(engine: DockerEngine, project: str) -> None:
    """Calls, a stream in each direction, and closing from outside."""
    id = await engine.create_container(spec(project, command=("sh", "-c", "echo up; sleep 60")))
    async with aclosing(engine.events(project)) as events:
        await anext(events)
        await engine.start(id)
        async with asyncio.timeout(20):
            while not (ours := [one for one in await anext(events) if one.kind == "container"]):
                pass
        assert ours[0].action == "start"
    assert (await engine.exec(id, ["echo", "hello"])).output == "hello\n"
    async with aclosing(engine.logs(await engine.inspect(id))) as logs:
        assert [line.text for line in await anext(logs)] == ["up"]
    await asyncio.gather(*(engine.inspect(id) for _ in range(5)))
    await engine.remove(id, force=True)
    assert (await engine.observe(project)).containers == ()
    await engine.close()


async def test_an_engine_behind_tls(secure: int, certificates: Path, busybox: str, project_name: str) -> None:
    environ = {
        "DOCKER_HOST": f"tcp://127.0.0.1:{secure}",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(certificates),
    }
    await everything(await connect("", environ), project_name)


async def test_a_certificate_nobody_vouches_for_is_refused(secure: int, tmp_path: Path) -> None:
    environ = {"DOCKER_HOST": f"tcp://127.0.0.1:{secure}", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    with pytest.raises(NoEngine, match="certificate"):
        await connect("", environ)


async def test_an_engine_over_ssh(fake_ssh: Path, busybox: str, project_name: str) -> None:
    await everything(await connect("", {"DOCKER_HOST": "ssh://me@far:2222"}), project_name)
    notes = await asyncio.to_thread(fake_ssh.read_text)
    assert "-l me -p 2222 -- far docker system dial-stdio" in notes


@pytest.fixture
def refusing_ssh(fake_ssh: Path) -> None:
    (fake_ssh.parent / "ssh").write_text("#!/bin/sh\necho 'me@far: Permission denied (publickey).' >&2\nexit 255\n")


async def test_ssh_that_complains(refusing_ssh: None) -> None:
    with pytest.raises(NoEngine, match=r"ssh://me@far.*Permission denied \(publickey\)"):
        await connect("", {"DOCKER_HOST": "ssh://me@far"})


async def test_a_machine_without_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEngine, match="needs the program ssh"):
        await connect("", {"DOCKER_HOST": "ssh://me@far"})

"""Pulling: references, progress as the engine tells it, failures, and stored logins; by an engine from a script."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from devbox.adapters.connect import connect
from devbox.adapters.pull import split
from devbox.errors import EngineLost, PullFailed
from devbox.ports import Progress
from tests.engine.proxy import Listener, chunked, http, scripted
from tests.eventually import eventually


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("redis", ("redis", "latest")),
        ("redis:7", ("redis", "7")),
        ("host:5000/a/b", ("host:5000/a/b", "latest")),
        ("host:5000/a/b:1", ("host:5000/a/b", "1")),
        ("a/b@sha256:00", ("a/b", "sha256:00")),
    ],
)
def test_references(reference: str, parts: tuple[str, str]) -> None:
    assert split(reference) == parts


def answering(*messages: object, status: int = 200) -> Callable[[str], bytes]:
    parts = [json.dumps(message).encode() + b"\r\n" for message in messages]

    def answer(first: str) -> bytes:
        if "create" not in first:
            return http(200, b"OK", Api_Version="1.45")
        return chunked(*parts) if status == 200 else http(status, b"".join(parts))

    return answer


async def pulled(
    folder: Path, answer: Callable[[str], bytes], reference: str = "redis:7", **environ: str
) -> tuple[list[Progress], str]:
    """What the pull told, and the request for it."""
    found: list[Progress] = []
    with scripted(folder, answer) as listener:
        engine = await connect("", {"DOCKER_HOST": listener.url, "HOME": str(folder), **environ})
        async with aclosing(engine.pull(reference)) as batches:
            async for batch in batches:
                found += batch
        await engine.close()
    return found, listener.asked[-1]


async def test_progress_by_layer(tmp_path: Path) -> None:
    found, asked = await pulled(
        tmp_path,
        answering(
            {"status": "Pulling from library/redis", "id": "7"},
            {"status": "Already exists", "progressDetail": {}, "id": "aaa"},
            {"status": "Downloading", "progressDetail": {"current": 10, "total": 40}, "id": "bbb"},
            {"status": "Pull complete", "progressDetail": {}, "id": "bbb"},
            {"status": "Status: Downloaded newer image for redis:7"},
        ),
    )
    assert asked.startswith("POST /v1.45/images/create?tag=7&fromImage=redis ")
    assert [(one.item, one.status, one.current, one.total, one.done, one.cached) for one in found] == [
        ("", "Pulling from library/redis", 0, 0, False, False),
        ("aaa", "already exists", 0, 0, True, True),
        ("bbb", "downloading", 10, 40, False, False),
        ("bbb", "pull complete", 0, 0, True, False),
        ("", "Status: Downloaded newer image for redis:7", 0, 0, False, False),
    ]


@pytest.mark.parametrize(
    ("answer", "words", "hint"),
    [
        (answering({"message": "pull access denied for redis"}, status=404), "pull access denied", "docker login"),
        (answering({"message": "dial tcp: no route to host"}, status=500), "no route to host", "registry"),
        (answering({"status": "x"}, {"errorDetail": {"message": "unexpected EOF"}, "error": "x"}), "EOF", "registry"),
        (answering({"error": "toomanyrequests"}), "toomanyrequests", "registry"),
    ],
)
async def test_a_failure_says_why_and_what_to_do(
    tmp_path: Path, answer: Callable[[str], bytes], words: str, hint: str
) -> None:
    with pytest.raises(PullFailed) as failed:
        await pulled(tmp_path, answer)
    assert failed.value.message.startswith("redis:7 could not be pulled: ") and words in failed.value.message
    assert hint in failed.value.hint


async def test_an_engine_lost_while_pulling(tmp_path: Path) -> None:
    def answer(first: str) -> bytes:
        whole = answering({"status": "Downloading", "id": "aaa"})(first)
        return whole[:-10] if "create" in first else whole

    with pytest.raises(EngineLost):
        await pulled(tmp_path, answer)


DONE = answering({"status": "Status: Downloaded"})


def login_in(asked: str) -> str:
    """The user name that went along with a request; "" for none."""
    for line in asked.splitlines():
        if line.startswith("X-Registry-Auth: "):
            return str(json.loads(base64.urlsafe_b64decode(line.partition(" ")[2]))["username"])
    return ""


async def test_the_stored_login_of_the_registry_goes_along(tmp_path: Path) -> None:
    login = base64.b64encode(b"me:secret").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"example.test": {"auth": login}}}))
    config = str(tmp_path)
    assert login_in((await pulled(tmp_path, DONE, "example.test/a:1", DOCKER_CONFIG=config))[1]) == "me"
    assert login_in((await pulled(tmp_path, DONE, "redis", DOCKER_CONFIG=config))[1]) == ""
    assert login_in((await pulled(tmp_path, DONE, "example.test/a:1", DOCKER_CONFIG="/nowhere"))[1]) == ""


async def test_a_credential_helper_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "dbt-none"}))
    with pytest.raises(PullFailed, match="stored login") as failed:
        await pulled(tmp_path, DONE, DOCKER_CONFIG=str(tmp_path), PATH="/nowhere")
    assert "config.json" in failed.value.hint


async def test_a_pull_that_is_closed_ends_at_the_engine(tmp_path: Path) -> None:
    ended = threading.Event()

    def serve(sock: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += sock.recv(65536)
        if b"create" not in head:
            sock.sendall(http(200, b"OK", Api_Version="1.45"))
            return
        sock.sendall(chunked(b'{"status":"Downloading","id":"aaa"}')[:-5])
        sock.recv(1)
        ended.set()

    listener = Listener(tmp_path / "engine.sock", serve)
    engine = await connect("", {"DOCKER_HOST": listener.url, "HOME": str(tmp_path)})
    async with aclosing(engine.pull("redis:7")) as batches:
        assert [one.item for one in await anext(batches)] == ["aaa"]
    await eventually(ended.is_set)
    await engine.close()
    listener.cut()

"""Pulling: references, progress as the engine tells it, failures, and stored logins; by an engine from a script."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from devbox.adapters.connect import connect
from devbox.adapters.pull import credentials, split
from devbox.errors import EngineLost, PullFailed
from devbox.ports import Progress
from tests.engine.proxy import http, scripted


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
    body = b"".join(json.dumps(message).encode() + b"\r\n" for message in messages)
    return lambda first: http(status if "create" in first else 200, body, Api_Version="1.45")


async def pulled(folder: Path, answer: Callable[[str], bytes]) -> list[Progress]:
    with scripted(folder, answer) as listener:
        engine = await connect("", {"DOCKER_HOST": listener.url, "HOME": str(folder)})
        found: list[Progress] = []
        async with aclosing(engine.pull("redis:7")) as batches:  # type: ignore[type-var]
            async for batch in batches:
                found += batch
        await engine.close()
    return found


async def test_progress_by_layer(tmp_path: Path) -> None:
    found = await pulled(
        tmp_path,
        answering(
            {"status": "Pulling from library/redis", "id": "7"},
            {"status": "Already exists", "progressDetail": {}, "id": "aaa"},
            {"status": "Downloading", "progressDetail": {"current": 10, "total": 40}, "id": "bbb"},
            {"status": "Pull complete", "progressDetail": {}, "id": "bbb"},
            {"status": "Status: Downloaded newer image for redis:7"},
        ),
    )
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
        return whole[:-5] if "create" in first else whole

    with pytest.raises(EngineLost):
        await pulled(tmp_path, answer)


def test_the_stored_login_of_the_registry_goes_along(tmp_path: Path) -> None:
    login = base64.b64encode(b"me:secret").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"example.test": {"auth": login}}}))
    environ = {"DOCKER_CONFIG": str(tmp_path)}
    header = credentials("example.test/a:1", environ)["X-Registry-Auth"]
    assert json.loads(base64.urlsafe_b64decode(header))["username"] == "me"
    assert credentials("redis", environ) == {}
    assert credentials("redis", {"DOCKER_CONFIG": "/nowhere"}) == {}


def test_a_credential_helper_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "dbt-none"}))
    with pytest.raises(PullFailed, match="stored login") as failed:
        credentials("redis:7", {"DOCKER_CONFIG": str(tmp_path), "PATH": "/nowhere"})
    assert "config.json" in failed.value.hint

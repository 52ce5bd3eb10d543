"""Which engine is chosen, which API version is spoken, and the one sentence where there is none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from devbox.adapters.connect import connect
from devbox.adapters.contexts import candidates
from devbox.adapters.dial import Tls
from devbox.errors import ExitCode, NoEngine
from tests.engine.proxy import http, scripted


def context(home: Path, name: str, endpoint: dict[str, object], *, tls: bool = False) -> None:
    """A context as `docker context create` stores it."""
    key = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker/contexts/meta" / key
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    if tls:
        certificates(home / ".docker/contexts/tls" / key / "docker")


def certificates(folder: Path) -> Tls:
    folder.mkdir(parents=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (folder / name).write_text("")
    return Tls(ca=str(folder / "ca.pem"), cert=str(folder / "cert.pem"), key=str(folder / "key.pem"))


def current(home: Path, name: str) -> None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"currentContext": name}))


def urls(context: str, **environ: str) -> list[str]:
    return [one.url for one in candidates(context, environ)]


def test_nothing_named_is_the_default_socket(tmp_path: Path) -> None:
    assert urls("", HOME=str(tmp_path)) == ["unix:///var/run/docker.sock"]


def test_rootless_and_desktop_sockets_follow_where_they_exist(tmp_path: Path) -> None:
    sockets = [
        tmp_path / "run/docker.sock",
        tmp_path / ".docker/run/docker.sock",
        tmp_path / ".docker/desktop/docker.sock",
    ]
    for path in sockets:
        path.parent.mkdir(parents=True)
        path.touch()
    found = urls("", HOME=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path / "run"))
    assert found == ["unix:///var/run/docker.sock", *(f"unix://{path}" for path in sockets)]


def test_docker_host_wins_over_contexts_but_not_over_a_named_one(tmp_path: Path) -> None:
    context(tmp_path, "far", {"Host": "tcp://far:2375"})
    current(tmp_path, "far")
    environ = {"HOME": str(tmp_path), "DOCKER_HOST": "tcp://near:2375", "DOCKER_CONTEXT": "far"}
    assert urls("", **environ) == ["tcp://near:2375"]
    assert urls("far", **environ) == ["tcp://far:2375"]
    assert urls("default", **environ) == ["tcp://near:2375"]


def test_docker_context_wins_over_the_current_one(tmp_path: Path) -> None:
    context(tmp_path, "one", {"Host": "unix:///one.sock"})
    context(tmp_path, "two", {"Host": "ssh://me@two"})
    current(tmp_path, "one")
    assert urls("", HOME=str(tmp_path)) == ["unix:///one.sock"]
    assert urls("", HOME=str(tmp_path), DOCKER_CONTEXT="two") == ["ssh://me@two"]


def test_docker_config_moves_the_folder(tmp_path: Path) -> None:
    context(tmp_path, "one", {"Host": "unix:///one.sock"})
    current(tmp_path, "one")
    assert urls("", HOME="/nowhere", DOCKER_CONFIG=str(tmp_path / ".docker")) == ["unix:///one.sock"]


@pytest.mark.parametrize("content", ["", "[]", '{"currentContext": null}', "{"])
def test_a_broken_configuration_means_the_default(tmp_path: Path, content: str) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(content)
    assert urls("", HOME=str(tmp_path)) == ["unix:///var/run/docker.sock"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("10.0.0.1:2375", "tcp://10.0.0.1:2375"), ("/run/d.sock", "unix:///run/d.sock"), ("ssh://a@b", "ssh://a@b")],
)
def test_addresses_as_people_write_them(written: str, meant: str) -> None:
    assert urls("", DOCKER_HOST=written) == [meant]


def test_tls_of_a_context(tmp_path: Path) -> None:
    context(tmp_path, "safe", {"Host": "tcp://safe:2376", "SkipTLSVerify": True}, tls=True)
    [found] = candidates("safe", {"HOME": str(tmp_path)})
    assert found.tls and not found.tls.verify
    assert found.tls.cert.endswith("docker/cert.pem") and found.tls.ca.endswith("ca.pem")


def test_tls_of_the_environment(tmp_path: Path) -> None:
    files = certificates(tmp_path / "certs")
    environ = {"DOCKER_HOST": "tcp://safe:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path / "certs")}
    [found] = candidates("", environ)
    assert found.tls == files
    [plain] = candidates("", {"DOCKER_HOST": "tcp://safe:2375"})
    assert plain.tls is None


async def refused(context: str = "", **environ: str) -> NoEngine:
    with pytest.raises(NoEngine) as failure:
        await connect(context, environ)
    assert failure.value.exit_code is ExitCode.NO_ENGINE
    assert "\n" not in str(failure.value)
    return failure.value


async def test_no_engine_at_a_unix_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devbox.adapters.contexts.DEFAULT_SOCKET", str(tmp_path / "none.sock"))
    failure = await refused(HOME=str(tmp_path))
    expected = f"No Docker Engine answers at unix://{tmp_path}/none.sock; start one with `devbox engine start`."
    assert failure.message == expected


async def test_no_engine_at_docker_host(tmp_path: Path) -> None:
    failure = await refused(DOCKER_HOST="tcp://127.0.0.1:1")
    assert failure.message.startswith(
        "No Docker Engine answers at tcp://127.0.0.1:1 (DOCKER_HOST): connection refused;"
    )


async def test_a_context_that_does_not_exist(tmp_path: Path) -> None:
    failure = await refused("nope", HOME=str(tmp_path))
    assert failure.message == 'There is no Docker context "nope"; `docker context ls` lists those there are.'


async def test_a_context_whose_engine_is_away(tmp_path: Path) -> None:
    context(tmp_path, "far", {"Host": f"unix://{tmp_path}/far.sock"})
    failure = await refused("far", HOME=str(tmp_path))
    assert '(context "far")' in failure.message


@pytest.mark.parametrize("host", ["npipe:////./pipe/docker_engine", "fd://", "tcp://host:port"])
async def test_addresses_that_cannot_be_used(host: str) -> None:
    message = (await refused(DOCKER_HOST=host)).message
    assert host in message
    assert "try again" not in message


async def test_unusable_certificates_are_named(tmp_path: Path) -> None:
    certificates(tmp_path / "certs")
    with scripted(tmp_path, lambda _: b""):
        import socket

        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            failure = await refused(
                DOCKER_HOST=f"tcp://127.0.0.1:{port}", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(tmp_path / "certs")
            )
    assert "ca.pem" in failure.message


async def test_ssh_says_why_it_fails() -> None:
    failure = await refused(DOCKER_HOST="ssh://nobody@127.0.0.1:1")
    assert "ssh" in failure.message and "127.0.0.1" in failure.message


@pytest.mark.parametrize(
    ("theirs", "spoken"), [("1.41", "1.41"), ("1.45", "1.45"), ("1.52", "1.52"), ("1.60", "1.52"), ("2.0", "1.52")]
)
async def test_the_api_version_is_agreed_on(tmp_path: Path, theirs: str, spoken: str) -> None:
    asked: list[str] = []

    def answer(first: str) -> bytes:
        asked.append(first)
        return http(200, b"[]" if "json" in first else b"OK", Api_Version=theirs)

    with scripted(tmp_path, answer) as listener:
        engine = await connect("", {"DOCKER_HOST": listener.url})
        await engine.projects()
        await engine.close()
    assert asked[1].startswith(f"GET /v{spoken}/containers/json?")


async def test_docker_api_version_is_obeyed(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(first: str) -> bytes:
        asked.append(first)
        return http(200, b"[]", Api_Version="1.45")

    with scripted(tmp_path, answer) as listener:
        engine = await connect("", {"DOCKER_HOST": listener.url, "DOCKER_API_VERSION": "1.43"})
        await engine.projects()
        await engine.close()
    assert "/v1.43/" in asked[1]


@pytest.mark.parametrize("named", ["1.40", "1.46", "latest"])
async def test_a_docker_api_version_that_cannot_be_spoken_is_refused(tmp_path: Path, named: str) -> None:
    with scripted(tmp_path, lambda _: http(200, b"OK", Api_Version="1.45")) as listener:
        failure = await refused(DOCKER_HOST=listener.url, DOCKER_API_VERSION=named)
    assert f"DOCKER_API_VERSION is {named}" in failure.message
    assert "1.45" in failure.message and "unset it" in failure.message


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (http(200, b"OK", Api_Version="1.40"), "speaks API 1.40; devbox needs 1.41 (Docker 20.10) or newer"),
        (http(200, b"hello"), "is no Docker Engine"),
        (http(500, b'{"message":"starting"}'), "is not ready: starting; try again shortly"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "it does not speak HTTP"),
        (b"", "it closed the connection"),
    ],
)
async def test_what_answers_is_no_usable_engine(tmp_path: Path, reply: bytes, words: str) -> None:
    with scripted(tmp_path, lambda _: reply) as listener:
        assert words in (await refused(DOCKER_HOST=listener.url)).message


def test_importing_the_adapter_does_not_import_the_sdk() -> None:
    import subprocess
    import sys

    code = "import sys, devbox.adapters.connect, devbox.adapters.engine; print('docker' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


LEAN = """
import sys
import devbox.adapters.client
print(sorted({"chardet", "charset_normalizer", "docker.models"} & set(sys.modules)))
import docker, charset_normalizer
print(docker.from_env.__name__, docker.DockerClient.__name__, docker.APIClient is devbox.adapters.client.APIClient)
"""


def test_the_sdk_is_imported_in_part_and_can_be_had_whole_later() -> None:
    import subprocess
    import sys

    ended = subprocess.run([sys.executable, "-W", "error", "-c", LEAN], capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("[]\nfrom_env DockerClient True\n", "")

"""Configs and secrets that are texts are copied into a container as Compose copies them: content, owner, mode."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator

import pytest
from docker import DockerClient

from tests.parity.making import COMPOSE, DEVBOX, Maker
from tests.real import remove_project

STACK = "injected"
PATHS = {
    "secret-of-environment": ["/run/secrets/of-environment"],
    "secret-of-dotenv": ["/run/secrets/of-dotenv"],
    "secret-owned": ["/run/secrets/mine"],
    "secret-at-a-path": ["/etc/deep/down/secret"],
    "config-of-content": ["/of-content"],
    "config-of-environment": ["/of-environment"],
    "config-owned": ["/etc/mine.conf"],
    "several": ["/run/secrets/of-environment", "/of-content", "/tmp/other"],
}
File = tuple[bytes, int, int, int]
"""content, mode, uid, gid"""


@pytest.fixture(scope="module")
def files(maker: Maker) -> Iterator[tuple[dict[str, File], dict[str, File]]]:
    """What lies in the containers that Compose and that devbox started: service:path -> file."""
    found = []
    for program in (COMPOSE, DEVBOX):
        try:
            made = maker.make(program, STACK, "up", "-d")
            assert made.exit_code == 0, made.said
            names = {service: next(iter(made.of(service))) for service in PATHS}
            found.append(
                {
                    f"{service}:{path}": _file(maker.client, names[service], path)
                    for service, paths in PATHS.items()
                    for path in paths
                }
            )
        finally:
            remove_project(maker.project(STACK))
    yield found[0], found[1]


@pytest.mark.parametrize("where", [f"{service}:{path}" for service, paths in PATHS.items() for path in paths])
def test_a_text_is_copied_in_as_compose_does(where: str, files: tuple[dict[str, File], dict[str, File]]) -> None:
    compose, devbox = files
    assert devbox[where] == compose[where]


def _file(client: DockerClient, container: str, path: str) -> File:
    chunks, _ = client.api.get_archive(container, path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
        entry = tar.getmembers()[0]
        content = tar.extractfile(entry)
        assert content is not None
        return content.read(), entry.mode, entry.uid, entry.gid

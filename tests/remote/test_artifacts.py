"""Compose projects published to a registry, fetched over HTTP."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devbox.adapters.files import LocalFiles
from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.errors import LoadError
from tests.remote.serving import INDEX, Registry, RegistryHandler, serving

PROJECT = "application/vnd.docker.compose.project"
FILE = "application/vnd.docker.compose.file+yaml"
ENV = "application/vnd.docker.compose.envfile"
BASE = """\
services:
  web:
    image: one
    env_file: [abc.env]
    extends: {file: def.yaml, service: b}
"""
OVER = "services:\n  web: {environment: {OVER: yes}}\n"


class Published:
    """A registry with a project at acme/stack:v1; loads are those of a user whose home is `home`."""

    def __init__(self, home: Path) -> None:
        self.registry = Registry()
        self.home = home
        self.host = ""
        self.digest = self.publish("v1", *self.layers())

    def layers(self) -> list[dict[str, Any]]:
        blob = self.registry.blob
        return [
            blob(BASE.encode(), FILE, file="compose.yaml"),
            blob(OVER.encode(), FILE, file="over.yaml"),
            blob(b"services: {b: {labels: {x: y}}}\n", FILE, file="def.yaml", extends="true"),
            blob(b"A=1\n", ENV, envfile="abc.env"),
        ]

    def publish(self, tag: str, *layers: dict[str, Any], kind: str = PROJECT) -> str:
        return self.registry.manifest((tag,), artifactType=kind, layers=list(layers))

    def load(self, behind: str = ":v1", **environ: str) -> Project:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            **environ,
        }
        address = f"oci://{self.host}/acme/stack{behind}"
        request = LoadRequest(cwd=str(self.home), environ=environment, files=(address,))
        return load(request, LocalFiles(environment))

    def refusal(self, behind: str = ":v1", **environ: str) -> str:
        with pytest.raises(LoadError) as raised:
            self.load(behind, **environ)
        return str(raised.value)

    def log_in(self, **login: str) -> None:
        (self.home / ".docker").mkdir()
        (self.home / ".docker" / "config.json").write_text(json.dumps({"auths": {self.host: login}}))


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    made = Published(tmp_path)
    with serving(RegistryHandler, made.registry) as host:
        made.host = host
        yield made


def test_a_published_project_is_loaded_with_all_its_files(published: Published) -> None:
    web = published.load().services["web"]
    assert web.image == "one"
    assert (web.environment, web.labels) == ({"A": "1", "OVER": "yes"}, {"x": "y"})


def test_it_lies_where_compose_keeps_it(published: Published) -> None:
    root = published.home / "cache" / "docker-compose" / published.digest.removeprefix("sha256:")
    assert published.load().files == (str(root / "compose.yaml"),)
    assert sorted(one.name for one in root.iterdir()) == ["abc.env", "compose.yaml", "def.yaml"]


def test_a_digest_names_it_too(published: Published) -> None:
    assert published.load(f"@{published.digest}").services["web"].image == "one"


def test_a_project_in_an_index_is_found(published: Published) -> None:
    entries = [{"digest": "sha256:00"}, {"digest": published.digest, "artifactType": PROJECT}]
    published.registry.manifest(("all",), kind=INDEX, manifests=entries)
    assert published.load(":all").services["web"].image == "one"


def test_a_project_of_the_first_format_is_known_by_its_config(published: Published) -> None:
    config = {"mediaType": "application/vnd.docker.compose.config.empty.v1+json"}
    published.registry.manifest(("old",), config=config, layers=published.layers())
    assert published.load(":old").services["web"].image == "one"


def test_a_tag_that_was_moved_is_fetched_anew(published: Published) -> None:
    published.load()
    published.publish("v1", published.registry.blob(b"services: {web: {image: two}}", FILE, file="compose.yaml"))
    assert published.load().services["web"].image == "two"


def test_an_image_is_no_project(published: Published) -> None:
    published.publish("image", kind="")
    assert "is no Compose project, but an image" in published.refusal(":image")


@pytest.mark.parametrize("layers", [[{}], 3, [None], [{"mediaType": FILE, "annotations": 3}]])
def test_a_manifest_that_is_not_well_formed_is_refused(published: Published, layers: Any) -> None:
    published.registry.manifest(("odd",), artifactType=PROJECT, layers=layers)
    assert "is no Compose project" in published.refusal(":odd")


def test_a_missing_tag_is_named(published: Published) -> None:
    assert f"oci://{published.host}/acme/stack:gone does not exist" in published.refusal(":gone")


def test_a_blob_that_is_not_what_its_digest_says_is_refused(published: Published) -> None:
    layer = published.registry.blob(b"services: {web: {image: good}}", FILE, file="compose.yaml")
    published.publish("v2", layer)
    published.registry.blobs[layer["digest"]] = b"services: {web: {image: evil}}"
    assert "is not what its digest says" in published.refusal(":v2")
    assert list((published.home / "cache" / "docker-compose").iterdir()) == []


def test_a_file_that_leads_out_of_the_folder_is_refused(published: Published) -> None:
    main, *_ = published.layers()
    published.publish("v2", main, published.registry.blob(b"A=1", ENV, envfile="../../evil.env"))
    assert "'../../evil.env'" in published.refusal(":v2")


@pytest.mark.parametrize("way", ["bearer", "basic"])
def test_the_login_of_the_docker_cli_is_used(published: Published, way: str) -> None:
    published.registry.wants = way
    assert f"log in: `docker login {published.host}`" in published.refusal()
    published.log_in(auth=base64.b64encode(b"me:hunter2").decode())
    assert published.load().services["web"].image == "one"


def test_a_login_that_is_not_good_enough_is_told(published: Published) -> None:
    published.registry.wants = "bearer"
    published.log_in(auth=base64.b64encode(b"me:wrong").decode())
    assert "may not be read" in published.refusal()


def test_a_registry_out_of_reach_is_told(published: Published) -> None:
    published.host = "127.0.0.1:1"
    assert "oci://127.0.0.1:1/acme/stack:v1 cannot be reached: Connection refused" in published.refusal()


def test_the_switch_of_compose_turns_it_off(published: Published) -> None:
    assert "COMPOSE_EXPERIMENTAL_OCI_REMOTE is 0" in published.refusal(COMPOSE_EXPERIMENTAL_OCI_REMOTE="0")

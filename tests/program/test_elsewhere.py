"""Opening a project whose Compose file lies elsewhere."""

from __future__ import annotations

from pathlib import Path

from tests.program.terminal import terminal
from tests.remote.serving import Registry, RegistryHandler, serving

FILE = b"services: {far: {image: 'devbox-test/busybox:latest', environment: {KEY: $API_TOKEN}}}\n"


def test_it_is_handed_variables_only_with_consent(tmp_path: Path, project_name: str) -> None:
    registry = Registry()
    layer = registry.blob(FILE, "application/vnd.docker.compose.file+yaml", file="compose.yaml")
    registry.manifest(("v1",), artifactType="application/vnd.docker.compose.project", layers=[layer])
    environ = {"XDG_CACHE_HOME": str(tmp_path), "API_TOKEN": "hunter2"}
    with serving(RegistryHandler, registry) as host:
        words = ("-p", project_name, "-f", f"oci://{host}/acme/stack:v1")
        with terminal(*words, folder=tmp_path, environ=environ) as devbox:
            devbox.shows("API_TOKEN", "Go on with them?")
            devbox.type("n\n")
            assert devbox.ends() == 1
            assert b"hunter2" not in devbox.output
        with terminal(*words, folder=tmp_path, environ=environ) as devbox:
            devbox.shows("Go on with them?")
            devbox.type("y\n")
            devbox.shows("far", "not created")
            devbox.type("\x03")
            assert devbox.ends() == 0

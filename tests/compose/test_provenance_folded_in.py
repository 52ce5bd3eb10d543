"""Values of extended, included and other files, and those that Compose adds."""

from __future__ import annotations

import pytest

from tests.compose.explaining import HOME, told

FOLDED: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "extends in the same file": (
        {"compose.yaml": "services:\n  a:\n    extends: b\n    labels: {K: a}\n  b:\n    image: x\n    labels: {K: b}"},
        "services.a.labels.K",
        ["a", "set at compose.yaml:4:17", "instead of b, compose.yaml:7:17"],
    ),
    "extends over two files": (
        {
            "compose.yaml": "services: {a: {extends: {file: far/b.yaml, service: b}}}",
            "far/b.yaml": "services:\n  b:\n    extends: {file: ../c.yaml, service: c}\n    image: '$IMAGE'",
            "c.yaml": "services:\n  c:\n    image: deepest\n    working_dir: /w",
            ".env": "IMAGE=b",
        },
        "services.a.image",
        [
            "b",
            "set at far/b.yaml:4:12",
            "written as $IMAGE",
            "IMAGE = b, from .env:1",
            "instead of deepest, c.yaml:3:12",
        ],
    ),
    "include": (
        {
            "compose.yaml": "include: [{path: [sub/one.yaml, sub/two.yaml]}]\nservices: {}",
            "sub/one.yaml": "services: {a: {image: one}}",
            "sub/two.yaml": "services: {a: {image: two}}",
        },
        "services.a.image",
        ["two", "set at sub/two.yaml:1:23", "instead of one, sub/one.yaml:1:23"],
    ),
    "an anchor and a merge key": (
        {"compose.yaml": "x-base: &base\n  image: x\n  restart: always\nservices:\n  a:\n    <<: *base"},
        "services.a.restart",
        ["always", "set at compose.yaml:3:12"],
    ),
    "an alias": (
        {"compose.yaml": "x-base: &base {A: '1'}\nservices:\n  a:\n    image: x\n    environment: *base"},
        "services.a.environment.A",
        ["1", "set at compose.yaml:1:19"],
    ),
    "env_file, the last winning": (
        {
            "compose.yaml": "services: {a: {image: x, env_file: [one.env, two.env]}}",
            "one.env": "K=one",
            "two.env": "\nK=two-${IT:-0}",
        },
        "services.a.environment.K",
        [
            "two-0",
            "set at two.env:2",
            "written as two-${IT:-0}",
            "IT is not set; 0 stands in its place, the default",
            "instead of one, one.env:1",
        ],
    ),
    "environment over env_file": (
        {"compose.yaml": "services: {a: {image: x, env_file: one.env, environment: {K: own}}}", "one.env": "K=one"},
        "services.a.environment.K",
        ["own", "set at compose.yaml:1:62", "instead of one, one.env:1"],
    ),
    "label_file": (
        {"compose.yaml": "services: {a: {image: x, label_file: l}}", "l": "a.b=c"},
        'services.a.labels."a.b"',
        ["c", "set at l:1"],
    ),
    "extra hosts": (
        {"compose.yaml": "services: {a: {image: x, extra_hosts: ['b=10.0.0.2', 'a=10.0.0.1']}}"},
        "services.a.extra_hosts.0",
        ["a=10.0.0.1", "set at compose.yaml:1:54"],
    ),
    "a command that is one text": (
        {"compose.yaml": "services: {a: {image: x, command: serve --port 80}}"},
        "services.a.command[2]",
        ["80", "set at compose.yaml:1:35", "written as serve --port 80"],
    ),
    "a disabled service": (
        {"compose.yaml": "services: {a: {image: x, profiles: [p]}, b: {image: y}}"},
        "services.a.image",
        ["x", "set at compose.yaml:1:23"],
    ),
    "an extension": (
        {"compose.yaml": "x-a: {b: [1, '$HOME']}\nservices: {a: {image: x}}"},
        "x-a.b.1",
        ["/home/me", "set at compose.yaml:1:14", "written as $HOME", "HOME = /home/me, from the shell"],
    ),
}


@pytest.mark.parametrize("case", FOLDED)
def test_what_is_folded_in(case: str) -> None:
    files, path, expected = FOLDED[case]
    assert told(files, path) == expected


DEFAULTS = """\
services:
  a:
    build: {target: dev}
    links: ["b:db"]
    secrets: [s]
    ports: ["80:80", "53:53/udp"]
    volumes: ["./x:/x"]
  b:
    image: x
    depends_on: [c]
  c:
    image: x
    network_mode: service:b
    depends_on: !reset []
volumes: {v: {external: true}}
secrets: {s: {file: s}}
"""

ADDED: dict[str, list[str]] = {
    "name": ["app", "added by default: the folder's name"],
    "networks.default.name": ["app_default", "added by default: the project's name and the key"],
    "services.a.networks.default": ["null", "added by default: a service that names no network joins this one"],
    "services.a.build.context": ["/work/app", "added by default: the folder of the files"],
    "services.a.build.dockerfile": ["Dockerfile", "added by default: the usual name"],
    "services.a.depends_on.b.condition": [
        "service_started",
        "added by default: links implies it (compose.yaml:4:13)",
    ],
    "services.a.secrets.0.target": ["/run/secrets/s", "added by default: /run/secrets and the secret's name"],
    "services.a.ports[0].protocol": [
        "tcp",
        "added by default, in this entry (compose.yaml:6:13)",
        "written as 80:80",
    ],
    "services.a.ports[1].protocol": ["udp", "set at compose.yaml:6:22", "written as 53:53/udp"],
    "services.a.volumes[0].bind.create_host_path": [
        "true",
        "added by default, in this entry (compose.yaml:7:15)",
        "written as ./x:/x",
    ],
    "services.c.depends_on.b.restart": [
        "true",
        "added by default: network_mode implies it (compose.yaml:13:19)",
    ],
    "services.a.command": ["null", "added by default: Compose always says it"],
}


@pytest.mark.parametrize("path", ADDED)
def test_what_compose_adds_itself(path: str) -> None:
    text = DEFAULTS.replace("    depends_on: [c]\n", "")
    shifted = [line.replace(":13:19", ":12:19") for line in ADDED[path]]
    assert told(text, path) == shifted


def test_the_name_of_the_project() -> None:
    files = {"compose.yaml": "name: one\nservices: {}", "2.yaml": "name: two\nservices: {}"}
    both = ("compose.yaml", "2.yaml")
    assert told(files, "name", files=both) == ["two", "set at 2.yaml:1:7", "instead of one, compose.yaml:1:7"]
    assert told(files, "name", project_name="p") == [
        "p",
        "added by -p, or by the environment",
        "instead of one, compose.yaml:1:7",
    ]
    assert told(files, "name", environ={**HOME, "COMPOSE_PROJECT_NAME": "p"})[2] == (
        "COMPOSE_PROJECT_NAME = p, from the shell"
    )

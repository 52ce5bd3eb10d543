"""Where each value of the model comes from, as the user reads it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from devbox.compose.explained import words
from devbox.compose.load import load_explained
from devbox.compose.provenance import Explainer
from devbox.compose.route import Unknown, find, leaves, spell
from devbox.compose.veil import veiled
from tests.compose.files import load_files, memory

HOME = {"HOME": "/home/me"}


def explainer(files: Mapping[str, str], /, **request: object) -> Explainer:
    return Explainer(load_explained(*memory(files, **request)))


def told(files: Mapping[str, str] | str, path: str, /, *, veil: bool = False, **request: object) -> list[str]:
    """The explanation of `path`, without the first line's path and the indentation of the others."""
    known = explainer(files if isinstance(files, Mapping) else {"compose.yaml": files}, **request)
    found = known.explain(find(known.tree, path))
    first, *lines = words(veiled(found) if veil else found, "/work/app")
    return [first.split(" = ", 1)[1], *(line.removeprefix("  ") for line in lines)]


VARIABLE = "services: {a: {image: '${IMAGE:-plain}'}}"

VARIABLES: dict[str, tuple[dict[str, str], dict[str, object], list[str]]] = {
    "the shell over .env over the default": (
        {"compose.yaml": VARIABLE, ".env": "\nIMAGE=from-env"},
        {"environ": {**HOME, "IMAGE": "from-shell"}},
        [
            "from-shell",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE = from-shell, from the shell",
            "  instead of from-env, .env:2",
            "  instead of plain, the default in the text",
        ],
    ),
    ".env over the default": (
        {"compose.yaml": VARIABLE, ".env": "IMAGE=from-env"},
        {},
        [
            "from-env",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE = from-env, from .env:1",
            "  instead of plain, the default in the text",
        ],
    ),
    "the default": (
        {"compose.yaml": VARIABLE},
        {},
        [
            "plain",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE is not set; plain stands in its place, the default",
        ],
    ),
    "a later --env-file over an earlier one": (
        {"compose.yaml": VARIABLE, "one.env": "IMAGE=one", "two.env": "# two\nIMAGE=two", ".env": "IMAGE=unread"},
        {"env_files": ("one.env", "two.env")},
        [
            "two",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE = two, from two.env:2",
            "  instead of one, one.env:1",
            "  instead of plain, the default in the text",
        ],
    ),
    "an empty variable": (
        {"compose.yaml": VARIABLE, ".env": "IMAGE=from-env"},
        {"environ": {**HOME, "IMAGE": ""}},
        [
            "plain",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            'IMAGE = "", from the shell; plain stands in its place, the default',
            "  instead of from-env, .env:1",
        ],
    ),
    "nested defaults": (
        {"compose.yaml": "services: {a: {image: '${A:-${B:-${C}}}'}}", ".env": "C=last"},
        {},
        [
            "last",
            "set at compose.yaml:1:23",
            "written as ${A:-${B:-${C}}}",
            "A is not set; ${B:-${C}} stands in its place, the default",
            "B is not set; ${C} stands in its place, the default",
            "C = last, from .env:1",
        ],
    ),
    "a variable made of others": (
        {"compose.yaml": "services: {a: {image: '${IMAGE}'}}", ".env": "NAME=base\nIMAGE=$NAME:${TAG-1}\nNAME=late"},
        {"environ": {**HOME, "TAG": "7"}},
        [
            "base:7",
            "set at compose.yaml:1:23",
            "written as ${IMAGE}",
            "IMAGE = base:7, from .env:2",
            "  written as $NAME:${TAG-1}",
            "  NAME = base, from .env:1",
            "  TAG = 7, from the shell",
            "    instead of 1, the default in the text",
        ],
    ),
    "a line in single quotes is literal": (
        {"compose.yaml": "services: {a: {image: '${IMAGE}'}}", ".env": "IMAGE='$NAME'"},
        {},
        ["$NAME", "set at compose.yaml:1:23", "written as ${IMAGE}", "IMAGE = $NAME, from .env:1"],
    ),
    "an included project's own .env": (
        {
            "compose.yaml": "include: [sub/compose.yaml]\nservices: {}",
            "sub/compose.yaml": "services: {a: {image: '${ONE}:${TWO}'}}",
            "sub/.env": "ONE=inner\nTWO=inner",
            ".env": "TWO=outer",
        },
        {},
        [
            "inner:outer",
            "set at sub/compose.yaml:1:23",
            "written as ${ONE}:${TWO}",
            "ONE = inner, from sub/.env:1",
            "TWO = outer, from .env:1",
            "  instead of inner, sub/.env:2",
        ],
    ),
    "the value for a variable that is set": (
        {"compose.yaml": "services: {a: {image: 'x${A:+-debug}'}}"},
        {"environ": {**HOME, "A": "1"}},
        [
            "x-debug",
            "set at compose.yaml:1:23",
            "written as x${A:+-debug}",
            "A = 1, from the shell; -debug stands in its place",
        ],
    ),
}


@pytest.mark.parametrize("case", VARIABLES)
def test_variables(case: str) -> None:
    files, request, expected = VARIABLES[case]
    assert told(files, "services.a.image", **request) == expected


BASE = """\
services:
  a:
    image: one
    command: [serve, loud]
    environment: {A: "1", B: "1"}
    ports: ["80:80"]
    volumes: ["./x:/data"]
    dns: [1.1.1.1]
    logging: {driver: json-file, options: {max-size: 1m}}
    deploy: {mode: replicated}
"""
SECOND = """\
services:
  a:
    image: two
    command: !override [run]
    environment: [A=2]
    ports: ["81:81"]
    volumes: ["./y:/data"]
    logging: {options: {max-size: 2m}}
"""
THIRD = """\
services:
  a:
    image: three
    environment: {A: "3", C: }
    ports: !override ["90-91:90-91", "80:80"]
    dns: [2.2.2.2, 1.1.1.1]
    scale: 5
"""

MERGED: dict[str, list[str]] = {
    "services.a.image": [
        "three",
        "set at 3.yaml:3:12",
        "instead of two, 2.yaml:3:12",
        "instead of one, 1.yaml:3:12",
    ],
    "services.a.command.0": ["run", "set at 2.yaml:4:25", "instead of serve, 1.yaml:4:15"],
    "services.a.environment.A": [
        "3",
        "set at 3.yaml:4:22",
        "instead of 2, 2.yaml:5:19",
        "instead of 1, 1.yaml:5:22",
    ],
    "services.a.environment.B": ["1", "set at 1.yaml:5:30"],
    "services.a.environment.C": ["shell", "set at 3.yaml:4:27", "C = shell, from the shell"],
    "services.a.ports[1].published": ["91", "set at 3.yaml:5:23", "written as 90-91:90-91"],
    "services.a.ports[2].published": ["80", "set at 3.yaml:5:38", "written as 80:80"],
    "services.a.volumes.0.source": [
        "/work/app/y",
        "set at 2.yaml:7:15",
        "written as ./y:/data",
        "instead of /work/app/x, 1.yaml:7:15",
    ],
    "services.a.dns.0": ["1.1.1.1", "set at 3.yaml:6:20", "instead of 1.1.1.1, 1.yaml:8:11"],
    "services.a.dns.1": ["2.2.2.2", "set at 3.yaml:6:11"],
    "services.a.logging.driver": ["json-file", "set at 1.yaml:9:23"],
    "services.a.logging.options.max-size": ["2m", "set at 2.yaml:8:35", "instead of 1m, 1.yaml:9:54"],
    "services.a.deploy.replicas": ["5", "set at 3.yaml:7:12"],
}


@pytest.mark.parametrize("path", MERGED)
def test_three_files_laid_over_each_other(path: str) -> None:
    files = {"1.yaml": BASE, "2.yaml": SECOND, "3.yaml": THIRD}
    environ = {**HOME, "C": "shell"}
    assert told(files, path, files=tuple(files), environ=environ) == MERGED[path]


def test_a_logging_driver_takes_the_options_of_another_away() -> None:
    files = {"1.yaml": BASE, "2.yaml": "services: {a: {logging: {driver: syslog, options: {max-size: 9m}}}}"}
    assert told(files, "services.a.logging.options.max-size", files=tuple(files)) == [
        "9m",
        "set at 2.yaml:1:62",
        "instead of 1m, 1.yaml:9:54",
    ]


def test_a_reset_value_does_not_come_back() -> None:
    files = {
        "1.yaml": "services: {a: {image: x, labels: {K: old}}}",
        "2.yaml": "services: {a: {labels: !reset {}}}",
        "3.yaml": "services: {a: {labels: {K: new}}}",
    }
    assert told(files, "services.a.labels.K", files=tuple(files))[:2] == ["new", "set at 3.yaml:1:28"]


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


def test_every_value_has_an_explanation() -> None:
    """Each value of the model is explained by a place or as added, and the place is in a file that was read."""
    files = {
        "1.yaml": BASE,
        "2.yaml": SECOND,
        "3.yaml": DEFAULTS.replace("  a:", "  z:").replace("    depends_on: [c]\n", ""),
    }
    known = explainer(files, files=tuple(files))
    paths = list(leaves(known.tree, ()))
    assert len(paths) > 50
    for path in paths:
        found = known.explain(path)
        assert found.added or (found.place and found.place.line), spell(path)


SECRETS: dict[str, tuple[str, str, list[str]]] = {
    "a secret name": (
        "services: {a: {image: x, environment: {API_TOKEN: '${API_TOKEN:-d3fault}'}}}",
        "services.a.environment.API_TOKEN",
        ["••••••", "set at compose.yaml:1:51", "written as ${API_TOKEN:-••••••}", "API_TOKEN = ••••••, from .env:1"],
    ),
    "the password of a URL, from a variable of another name": (
        "services: {a: {image: x, environment: {URL: 'pg://${U:-me}:${PW:-d3fault}@db/${API_TOKEN}'}}}",
        "services.a.environment.URL",
        [
            "pg://me:••••••@db/••••••",
            "set at compose.yaml:1:45",
            "written as pg://${U:-me}:${PW:-••••••}@db/${API_TOKEN}",
            "U is not set; me stands in its place, the default",
            "PW = ••••••, from .env:2",
        ],
    ),
    "a secret in a default that is not taken": (
        "services: {a: {image: x, command: ['${HOME:-${A_TOKEN:-d3fault}}']}}",
        "services.a.command.0",
        [
            "/home/me",
            "set at compose.yaml:1:36",
            "written as ${HOME:-${A_TOKEN:-••••••}}",
            "HOME = /home/me, from the shell",
            "  instead of ${A_TOKEN:-••••••}, the default in the text",
        ],
    ),
    "a default that is not taken and could not be": (
        "services: {a: {image: x, command: ['${HOME:-${1}}']}}",
        "services.a.command.0",
        ["/home/me", "set at compose.yaml:1:36", "written as ${HOME:-${1}}"],
    ),
    "a secret among other words": (
        "services: {a: {image: x, command: ['--with=${API_TOKEN}']}}",
        "services.a.command.0",
        ["--with=••••••", "set at compose.yaml:1:36", "written as --with=${API_TOKEN}"],
    ),
}


@pytest.mark.parametrize("case", SECRETS)
def test_secrets_are_masked_in_the_value_and_all_that_made_it(case: str) -> None:
    text, path, expected = SECRETS[case]
    files = {"compose.yaml": text, ".env": "API_TOKEN=t0psecret\nPW=hunter22"}
    lines = told(files, path, veil=True)
    assert lines[: len(expected)] == expected
    assert not any(secret in line for line in lines for secret in ("t0psecret", "hunter22", "d3fault"))


TREE = {
    "services": {
        "api": {
            "ports": [{"target": 1}],
            "labels": {"a.b": 1, "a": {"b": 2}, "c.d": 3},
            "env": {"p.q": {"r": 1}, "p": {"q.r": 1}},
        }
    }
}

ROUTES: dict[str, tuple[str | int, ...]] = {
    "services.api.ports[0].target": ("services", "api", "ports", 0, "target"),
    "services.api.ports.0": ("services", "api", "ports", 0),
    "services.api.labels.c.d": ("services", "api", "labels", "c.d"),
    'services.api.labels."a.b"': ("services", "api", "labels", "a.b"),
    "services.api.labels['a.b']": ("services", "api", "labels", "a.b"),
    "services.api.labels.a.b": ("services", "api", "labels", "a", "b"),
}


@pytest.mark.parametrize("text", ROUTES)
def test_a_path_is_found(text: str) -> None:
    assert find(TREE, text) == ROUTES[text]
    assert find(TREE, spell(ROUTES[text])) == ROUTES[text]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("services.api.prots[0]", "services.api.ports"),
        ("services.apj.ports", "services.api"),
        ("services.api.ports.7", "services.api.ports"),
        ("service", "services"),
        ("nothing", ""),
        ("services.api.env.p.q.r", 'services.api.env."p.q".r'),
    ],
)
def test_a_path_that_does_not_exist_names_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(Unknown) as refused:
        find(TREE, text)
    assert refused.value.nearest == nearest


def test_explaining_changes_nothing() -> None:
    files = {"1.yaml": BASE, "2.yaml": SECOND, "3.yaml": THIRD}
    known = explainer(files, files=tuple(files))
    for path in leaves(known.tree, ()):
        known.explain(path)
    assert known.tree["services"] == load_files(files, files=tuple(files)).tree["services"]

"""`devbox check`: what environments share unasked, what is left in peace, and how it is told."""

from __future__ import annotations

import pytest

from devbox.compose.request import LoadRequest
from devbox.environments.checking import check
from devbox.environments.discover import find
from tests.environments.checked import DEVBOX, checked, rules
from tests.environments.tree import Tree


def test_environments_that_are_apart_have_no_finding_and_a_line_for_each_thing_proven() -> None:
    found = checked({})
    assert found.findings == ()
    assert len(found.proven) == 7


APART = {
    "a volume with a name of its own": (
        {"base.yml": "services: {db: {image: x, volumes: [data:/d]}}\nvolumes: {data: {name: data}}\n"},
        ("shared-volume", "data"),
    ),
    "a network with a name of its own": (
        {"base.yml": "services: {web: {image: x, networks: [net]}}\nnetworks: {net: {name: net}}\n"},
        ("shared-network", "net"),
    ),
    "a container name": (
        {"base.yml": "services: {web: {image: x, container_name: web}}\n"},
        ("shared-container-name", "web"),
    ),
    "overlapping subnets": (
        {
            "dev.yml": "services: {web: {networks: [n]}}\nnetworks: {n: {ipam: {config: [{subnet: 10.5.0.0/16}]}}}\n",
            "prod.yml": "services: {web: {networks: [n]}}\nnetworks: {n: {ipam: {config: [{subnet: 10.5.1.0/24}]}}}\n",
        },
        ("shared-subnet", "10.5.1.0/24"),
    ),
    "a folder that both write to": (
        {"base.yml": "services: {web: {image: x, volumes: ['/srv/data:/data']}}\n"},
        ("shared-folder", "/srv/data"),
    ),
    "a host port": (
        {
            "dev.yml": "services: {web: {ports: ['127.0.0.1:8000:80']}}\n",
            "stage.yml": "services: {web: {ports: ['8000:80']}}\n",
        },
        ("shared-port", "8000"),
    ),
    "a port within a range": (
        {
            "dev.yml": "services: {web: {ports: ['8000-8010:80']}}\n",
            "stage.yml": "services: {web: {ports: ['8010-8020:80']}}\n",
        },
        ("shared-port", "8010"),
    ),
    "a project name": (
        {"devbox.yaml": DEVBOX.replace("shop-stage", "shop-dev")},
        ("shared-project", "shop-dev"),
    ),
    "a tag that two build": (
        {
            "dev.yml": "services: {web: {build: ., image: 'shop:1'}}\n",
            "stage.yml": "services: {web: {build: ., image: 'shop:1'}}\n",
        },
        ("shared-image", "shop:1"),
    ),
    "a tag that one builds and another runs": (
        {
            "dev.yml": "services: {web: {build: ., image: shop}}\n",
            "prod.yml": "services: {web: {image: 'shop:latest'}}\n",
        },
        ("shared-image", "shop:latest"),
    ),
    "a secret of equal content under another name": (
        {
            "dev.yml": "services: {web: {secrets: [one]}}\nsecrets: {one: {file: a}}\n",
            "stage.yml": "services: {web: {secrets: [two]}}\nsecrets: {two: {file: b}}\n",
            "a": "hush\n",
            "b": "hush",
        },
        ("shared-secret", "one"),
    ),
    "a secret's file that cannot be read here": (
        {
            "dev.yml": "services: {web: {secrets: [s]}}\nsecrets: {s: {file: /etc/s}}\n",
            "stage.yml": "services: {web: {secrets: [s]}}\nsecrets: {s: {file: /etc/s}}\n",
        },
        ("shared-secret", "s"),
    ),
    "a password in a URL": (
        {
            "dev.yml": "services: {web: {environment: {DB: 'postgres://a:hush@db/x'}}}\n",
            "stage.yml": "services: {web: {environment: {DB_PASSWORD: hush}}}\n",
        },
        ("shared-secret", "DB"),
    ),
    "an env file": (
        {"devbox.yaml": DEVBOX.replace("[prod.env]", "[stage.env]")},
        ("shared-settings", "/shop/stage.env"),
    ),
    "a config that a variable names": (
        {
            "base.yml": "services: {web: {image: x, configs: [c]}}\nconfigs: {c: {file: './${CONF:-c}.conf'}}\n",
            **dict.fromkeys(("dev.env", "stage.env", "prod.env"), "CONF=mine\n"),
        },
        ("shared-settings", "/shop/mine.conf"),
    ),
}


@pytest.mark.parametrize(("files", "expected"), APART.values(), ids=APART)
def test_what_is_shared_unasked_is_found(files: dict[str, str], expected: tuple[str, str]) -> None:
    assert rules(files) == [expected]


PEACE = {
    "what external says is shared on purpose": {
        "base.yml": "services: {db: {image: x, volumes: [d:/d]}}\nvolumes: {d: {name: data, external: true}}\n",
        "devbox.yaml": DEVBOX.replace("  prod", "  qa"),  # to join what is production's is another matter
    },
    "ports of different addresses": {
        "dev.yml": "services: {web: {ports: ['127.0.0.1:8000:80']}}\n",
        "stage.yml": "services: {web: {ports: ['127.0.0.2:8000:80']}}\n",
    },
    "an image that none builds": {"base.yml": "services: {web: {image: shop}}\n"},
    "one engine each": {
        "base.yml": "services: {web: {image: x, container_name: web, ports: ['80:80']}}\n",
        "devbox.yaml": DEVBOX.replace("project: shop-stage", "project: s, context: far").replace(
            "project: shop-prod", "project: p, context: farther"
        ),
    },
    "a config that the common file names outright": {
        "base.yml": "services: {web: {image: x, configs: [c]}}\nconfigs: {c: {file: ./c.conf}}\n"
    },
    "a config that two of three get from one line": {
        "devbox.yaml": DEVBOX.replace("[base.yml, stage.yml]", "[base.yml, more.yml]").replace(
            "[base.yml, prod.yml]", "[base.yml, more.yml]"
        ),
        "more.yml": "services: {web: {configs: [c]}}\nconfigs: {c: {file: ./c.conf}}\n",
    },
    "what only a build is given": {
        "base.yml": "services: {web: {image: x}}\nsecrets: {pip: {file: ./pip.conf}}\n",
        "pip.conf": "[global]",
    },
    "a folder of the machine": {"base.yml": "services: {web: {image: x, volumes: ['/var/run/docker.sock:/s']}}\n"},
}


@pytest.mark.parametrize("files", PEACE.values(), ids=PEACE)
def test_what_is_not_shared_or_meant_is_left_in_peace(files: dict[str, str]) -> None:
    assert rules(files) == []


def test_environments_that_were_discovered_by_their_files_names_are_checked_too() -> None:
    files = {
        "/shop/compose.yaml": "services: {db: {image: x, container_name: db}}\n",
        "/shop/compose.dev.yaml": "services: {}\n",
        "/shop/compose.stage.yaml": "services: {web: {image: 'x:dev'}}\n",
    }
    request = LoadRequest(cwd="/shop", environ={})
    found = find(request, Tree(files))
    findings = check(found.all, found.allowed, request, Tree(files)).findings
    assert [one.rule for one in findings] == ["shared-container-name", "development-build"]


def test_a_fault_that_is_met_twice_is_one_finding_and_nothing_is_proven_of_what_does_not_load() -> None:
    found = checked({"prod.yml": "services: {web: {command: '${A:?}', user: '${A:?}'}}\n"})
    assert [len(one.spots) for one in found.findings] == [2]
    assert found.proven == ()


def test_both_places_are_told_with_the_variable_that_decides() -> None:
    port = "services: {web: {ports: ['${PORT}:80']}}\n"
    (finding,) = checked(
        {"dev.yml": port, "stage.yml": port, "dev.env": "PORT=8000\n", "stage.env": "# ours\nPORT=8000\n"}
    ).findings
    assert [(one.environment, str(one.place).split(":")[:2], one.path) for one in finding.spots] == [
        ("dev", ["/shop/dev.yml", "1"], "services.web.ports[0].published"),
        ("stage", ["/shop/stage.yml", "1"], "services.web.ports[0].published"),
    ]
    assert [[(name, str(place)) for name, place in one.variables] for one in finding.spots] == [
        [("PORT", "/shop/dev.env:1")],
        [("PORT", "/shop/stage.env:2")],
    ]


IGNORED = "check: {ignore: [{rule: shared-volume, subjects: [data], reason: one seed for all}]}\n"
SHARED = {"base.yml": "services: {db: {image: x, volumes: [data:/d]}}\nvolumes: {data: {name: data}}\n"}


def test_what_devbox_yaml_ignores_is_no_finding_and_is_told_with_its_reason() -> None:
    found = checked({**SHARED, "devbox.yaml": DEVBOX + IGNORED})
    assert found.findings == ()
    ((finding, allowance),) = found.excepted
    assert (finding.subject, allowance.reason) == ("data", "one seed for all")


def test_an_exception_that_meets_nothing_is_a_finding() -> None:
    assert rules({"devbox.yaml": DEVBOX + IGNORED}) == [("stale-exception", "data")]

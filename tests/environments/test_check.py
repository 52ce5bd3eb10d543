"""`devbox check`: every rule on small files, and what it leaves in peace."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join

import pytest

from devbox.compose.request import LoadRequest
from devbox.environments.checking import Checked, check
from devbox.environments.discover import find
from tests.environments.tree import Tree

DEVBOX = """
environments:
  dev: {files: [base.yml, dev.yml], env_files: [dev.env], project: shop-dev}
  stage: {files: [base.yml, stage.yml], env_files: [stage.env], project: shop-stage}
  prod: {files: [base.yml, prod.yml], env_files: [prod.env], project: shop-prod}
"""
BASE = "services: {web: {image: nginx}}\n"
SILENT = {f"{name}{end}": "" for name in ("dev", "stage", "prod") for end in (".yml", ".env")}


def checked(files: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Checked:
    """The check over `files` of /shop, on top of three environments that have nothing in common but nginx."""
    merged = {"devbox.yaml": DEVBOX, "base.yml": BASE, **SILENT, **files}
    empty = {"yml": "services: {}\n"}
    tree = Tree({join("/shop", name): text or empty.get(name[-3:], "") for name, text in merged.items()})
    request = LoadRequest(cwd="/shop", environ=environ or {})
    found = find(request, tree)
    return check(found.all, found.allowed, request, tree)


def rules(files: Mapping[str, str], environ: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    return [(one.rule, one.subject) for one in checked(files, environ).findings]


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


PRODUCTION = {
    "its host name": (
        {
            "prod.yml": "services: {web: {environment: {DB_HOST: db.shop.example}}}\n",
            "dev.yml": "services: {web: {environment: {FALLBACK: 'pg://db.shop.example:5432/x'}}}\n",
        },
        ("production-host", "db.shop.example"),
    ),
    "its host name in an env file": (
        {
            "prod.yml": "services: {web: {command: 'serve ${DOMAIN}'}}\n",
            "prod.env": "DOMAIN=shop.example\n",
            "dev.yml": "services: {web: {command: 'serve --cors https://shop.example/'}}\n",
        },
        ("production-host", "shop.example"),
    ),
    "its address behind a name": (
        {
            "prod.yml": "services: {web: {environment: {DB_URL: 'pg://10.1.2.3/x'}}}\n",
            "stage.yml": "services: {web: {extra_hosts: ['db:10.1.2.3']}}\n",
        },
        ("production-host", "10.1.2.3"),
    ),
    "its password": (
        {
            "prod.yml": "services: {web: {environment: {DB_PASSWORD: hush}}}\n",
            "dev.yml": "services: {web: {environment: {DB_PASSWORD: hush}}}\n",
        },
        ("production-credential", "DB_PASSWORD"),
    ),
    "its password inside of a command": (
        {
            "prod.yml": "services: {web: {environment: {API_TOKEN: abcdefgh123}}}\n",
            "dev.yml": "services: {web: {command: 'serve --token=abcdefgh123'}}\n",
        },
        ("production-credential", "API_TOKEN"),
    ),
    "its network": (
        {
            "prod.yml": "services: {web: {networks: [n]}}\nnetworks: {n: {name: prod-net}}\n",
            "dev.yml": "services: {web: {networks: [n]}}\nnetworks: {n: {name: prod-net, external: true}}\n",
        },
        ("production-network", "prod-net"),
    ),
    "its volume": (
        {
            "prod.yml": "services: {web: {volumes: ['d:/d']}}\nvolumes: {d: {name: prod-data}}\n",
            "dev.yml": "services: {web: {volumes: ['d:/d']}}\nvolumes: {d: {name: prod-data, external: true}}\n",
        },
        ("production-volume", "prod-data"),
    ),
    "its engine": (
        {
            "devbox.yaml": DEVBOX.replace("project: shop-dev", "project: d, context: far").replace(
                "project: shop-prod", "project: p, context: far"
            )
        },
        ("production-engine", "far"),
    ),
}


@pytest.mark.parametrize(("files", "expected"), PRODUCTION.values(), ids=PRODUCTION)
def test_what_of_production_is_reachable_from_elsewhere_is_found(
    files: dict[str, str], expected: tuple[str, str]
) -> None:
    assert rules(files) == [expected]


def test_names_inside_of_the_stack_are_no_hosts_of_production() -> None:
    text = "services: {web: {image: x, environment: {DB_HOST: db, OTHER_HOST: localhost}}, db: {image: y}}\n"
    assert rules({"base.yml": text}) == []
    text = "services: {web: {image: x, extra_hosts: ['host.docker.internal:host-gateway']}}\n"
    assert rules({"base.yml": text}) == []


TOOLS = {
    "a debugger in the command": ("web: {command: python -m debugpy --listen 5678 app.py}", "debugger"),
    "a debugger in the environment": ("web: {environment: {NODE_OPTIONS: '--inspect=0.0.0.0'}}", "debugger"),
    "debug on demand": ("web: {x-devbox: {debug: true}}", "debugger"),
    "a debugger's port": ("web: {ports: ['5678']}", "debugger"),
    "reload in the command": ("web: {command: uvicorn app --reload}", "reload"),
    "reload switched on": ("web: {environment: {RELOAD: 'true'}}", "reload"),
    "develop.watch": ("web: {develop: {watch: [{action: restart, path: ./src}]}}", "reload"),
    "source of its own build": ("web: {image: own, build: ./app, volumes: ['./app/src:/srv']}", "source-mount"),
    "a folder of source": ("web: {volumes: ['/code:/srv']}", "source-mount"),
    "a published database": (
        "web: {image: 'h.example/library/postgres:16', ports: ['5432']}",
        "published-database",
    ),
    "a published port of a database": ("web: {image: our/data, ports: ['6000:6379']}", "published-database"),
    "a target of development": ("web: {image: own, build: {context: ., target: dev}}", "development-build"),
    "a tag of development": ("web: {image: 'shop:dev'}", "development-build"),
    "a tag of development with its digest": ("web: {image: 'shop:dev@sha256:%s'}" % ("0" * 64), "development-build"),
    "a mailbox": ("web: {image: 'axllent/mailpit:v1'}", "development-service"),
}


CODE = {"app/src/x.py": "", "/code/main.py": ""}


@pytest.mark.parametrize("environment", ["stage", "prod"])
@pytest.mark.parametrize(("service", "rule"), TOOLS.values(), ids=TOOLS)
def test_a_tool_of_development_is_found_where_releases_run(service: str, rule: str, environment: str) -> None:
    (finding,) = checked({f"{environment}.yml": f"services:\n  {service}\n", **CODE}).findings
    assert (finding.rule, str(finding.spots[0].place).split(":")[:2]) == (rule, [f"/shop/{environment}.yml", "2"])


@pytest.mark.parametrize("service", [service for service, _ in TOOLS.values()], ids=TOOLS)
def test_the_same_is_at_home_in_development(service: str) -> None:
    assert rules({"dev.yml": f"services:\n  {service}\n", **CODE}) == []


@pytest.mark.parametrize(
    ("said", "findings"),
    [
        ("qa: {files: [x.yml]}", 1),
        ("prod-eu: {files: [x.yml]}", 1),
        ("live: {files: [x.yml]}", 1),
        ("mine: {files: [x.yml]}", 0),
        ("mine: {files: [x.yml], protected: true}", 1),
        ("mine: {files: [x.yml], kind: staging}", 1),
        ("prod: {files: [x.yml], kind: development}", 0),
    ],
)
def test_what_an_environment_is_for_is_said_or_told_by_its_name(said: str, findings: int) -> None:
    files = {"devbox.yaml": f"environments:\n  {said}\n", "x.yml": "services: {web: {image: 'x:dev'}}\n"}
    assert len(rules(files)) == findings


USES = "services: {web: {image: x, environment: {A: '$NAME'}}}\n"
DEFAULTED = USES.replace("$NAME", "${NAME:-x}")
SET = dict.fromkeys(("dev.env", "stage.env", "prod.env"), "NAME=x\n")
VARIABLES: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "used and set": ({"base.yml": USES, **SET}, []),
    "set nowhere": ({"base.yml": USES, **SET, "stage.env": ""}, [("missing-variable", "NAME")]),
    "a default suffices": ({"base.yml": DEFAULTED}, []),
    "used by no file": ({"dev.env": "NAME=x\n"}, [("unused-variable", "NAME")]),
    "used inside of a default": ({"base.yml": USES.replace("$NAME", "${B:-${NAME}}"), **SET}, []),
    "used by another line of the env file": (
        {"dev.yml": USES.replace("$NAME", "$B"), "dev.env": "NAME=x\nB=$NAME/y\n"},
        [],
    ),
    "handed on by its name": (
        {"dev.yml": "services: {web: {environment: [NAME]}}\n", "dev.env": "NAME=x\n"},
        [],
    ),
    "handed on by an empty value": (
        {"dev.yml": "services: {web: {environment: {NAME: }}}\n", "dev.env": "NAME=x\n"},
        [],
    ),
    "for Compose itself": ({"dev.env": "COMPOSE_PROFILES=x\n"}, []),
    "in a file that a service takes whole": (
        {"dev.yml": "services: {web: {env_file: dev.env}}\n", "dev.env": "NAME=x\n"},
        [],
    ),
    "in a file that is included": (
        {"dev.yml": "include: [more.yml]\n", "more.yml": USES.replace("web", "other"), "dev.env": "NAME=x\n"},
        [],
    ),
    "in one environment only": (
        {"base.yml": DEFAULTED, **SET, "prod.env": ""},
        [("uneven-variable", "NAME")],
    ),
    "where a later file replaces its use": (
        {"base.yml": DEFAULTED, **SET, "prod.env": "", "prod.yml": DEFAULTED.replace("${NAME:-x}", "y")},
        [],
    ),
}


@pytest.mark.parametrize(("files", "expected"), VARIABLES.values(), ids=VARIABLES)
def test_variables(files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert rules(files) == expected


def test_the_name_that_may_be_meant_is_told() -> None:
    (finding,) = checked({"base.yml": DEFAULTED.replace("NAME", "SMTP_HOST"), "dev.env": "SMTP_HOTS=x\n"}).findings
    assert finding.message.endswith("; is SMTP_HOST meant?")


def test_a_variable_of_the_shell_is_not_missing() -> None:
    assert rules({"base.yml": USES}, environ={"NAME": "x"}) == []


def test_what_a_file_requires_may_come_from_the_shell() -> None:
    assert rules({"base.yml": USES.replace("$NAME", "${NAME:?}")}, environ={"NAME": "x"}) == []


def test_a_variable_of_the_shell_does_not_make_environments_equal() -> None:
    port = "services: {web: {ports: ['${PORT}:80']}}\n"
    files = {"dev.yml": port, "stage.yml": port, "dev.env": "PORT=8000\n", "stage.env": "PORT=8001\n"}
    assert rules(files, environ={"PORT": "9000"}) == []


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


def test_a_required_variable_that_is_missing_is_told_and_the_other_environments_are_checked() -> None:
    files = {
        "base.yml": USES.replace("$NAME", "${NAME:?}"),
        **SET,
        "prod.env": "",
        "stage.yml": "services: {web: {image: 'x:dev'}}\n",
    }
    assert rules(files) == [("does-not-load", "prod"), ("development-build", "web")]


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


def test_a_credential_is_never_shown() -> None:
    environment = "services: {web: {environment: {DB_PASSWORD: hush12345}}}\n"
    assert "hush12345" not in repr(checked({"dev.yml": environment, "prod.yml": environment}).findings)

"""What a load makes of files: the typed project."""

from __future__ import annotations

from devbox.compose.graph import critical_path, dependents, order
from devbox.compose.model import Condition, MountKind
from devbox.compose.output import render_service
from devbox.compose.select import only
from tests.compose.files import load_files, load_text

STACK = """\
    services:
      web:
        image: nginx
        ports: ["127.0.0.1:8080:80", "53:53/udp"]
        depends_on:
          api: {condition: service_healthy, restart: true}
        volumes: ["./html:/html:ro", "cache:/cache", "/tmp/x"]
        stop_grace_period: 1m30s
        mem_limit: 64m
        cpus: "0.5"
      api:
        build: {context: ./api, args: [A=1, B]}
        command: serve --port "80 80"
        links: ["db:database"]
        environment: {URL: "http://x", EMPTY: , FLAG: true}
        healthcheck: {test: curl -f localhost, interval: 5s, retries: 3}
        secrets: [{source: token, mode: 0400}]
      db:
        image: postgres
        profiles: []
      tool:
        image: busybox
        profiles: [tools]
    volumes:
      cache:
    secrets:
      token: {environment: TOKEN}
    """


def test_ports_mounts_and_limits_are_typed() -> None:
    web = load_text(STACK).services["web"]
    assert [(p.host_ip, p.published, p.target, p.protocol) for p in web.ports] == [
        ("127.0.0.1", "8080", 80, "tcp"),
        ("", "53", 53, "udp"),
    ]
    assert [(m.kind, m.source, m.target, m.read_only) for m in web.volumes] == [
        (MountKind.BIND, "/work/app/html", "/html", True),
        (MountKind.VOLUME, "cache", "/cache", False),
        (MountKind.VOLUME, "", "/tmp/x", False),
    ]
    assert (web.stop_grace_period, web.mem_limit, web.cpus) == (90_000_000_000, 64 * 1024 * 1024, 0.5)


def test_dependencies_hold_the_implied_ones() -> None:
    services = load_text(STACK).services
    assert services["web"].depends_on["api"].condition is Condition.HEALTHY
    assert services["web"].depends_on["api"].restart
    assert services["api"].depends_on["db"].condition is Condition.STARTED


def test_build_command_and_environment() -> None:
    api = load_text(STACK, environ={"HOME": "/h", "B": "two", "EMPTY": "shell"}).services["api"]
    assert api.build is not None
    assert (api.build.context, api.build.args) == ("/work/app/api", {"A": "1", "B": "two"})
    assert api.command == ("serve", "--port", "80 80")
    assert api.environment == {"URL": "http://x", "EMPTY": "shell", "FLAG": "true"}
    assert api.healthcheck is not None
    assert api.healthcheck.test == ("CMD-SHELL", "curl -f localhost")


def test_content_of_a_secret_comes_from_its_variable() -> None:
    project = load_text(STACK, environ={"TOKEN": "s3cret"})
    assert project.secrets["token"].content == "s3cret"
    assert project.services["api"].secrets[0].mode == 0o400


def test_services_keep_the_order_of_the_file_and_profiles_leave_out() -> None:
    project = load_text(STACK)
    assert list(project.services) == ["web", "api", "db"]
    assert list(project.disabled) == ["tool"]
    assert list(load_text(STACK, profiles=("tools",)).services) == ["web", "api", "db", "tool"]


def test_names_in_the_engine() -> None:
    project = load_text(STACK, project_name="demo")
    assert project.networks["default"].name == "demo_default"
    assert project.volumes["cache"].name == "demo_cache"


def test_a_service_knows_its_place() -> None:
    place = load_text(STACK).services["api"].place
    assert place is not None
    assert str(place) == "/work/app/compose.yaml:11:3"


def test_levels_follow_dependencies() -> None:
    project = load_text(STACK)
    assert order(project) == (("db",), ("api",), ("web",))
    assert dependents(project, ["db"]) == {"db", "api", "web"}
    assert critical_path(project, {"db": 3.0}) == ("db", "api", "web")


def test_only_keeps_dependencies_and_what_they_use() -> None:
    project = only(load_text(STACK), ["api"])
    assert list(project.services) == ["api", "db"]
    assert not project.volumes
    assert list(project.tree["services"]) == ["api", "db"]


def test_the_hash_changes_with_the_container_only() -> None:
    base = load_text("services: {a: {image: x, environment: {A: '1'}}}")
    same = load_text("services: {a: {image: x, environment: [A=1], scale: 3, pull_policy: always, profiles: []}}")
    other = load_text("services: {a: {image: x, environment: {A: '2'}}}")
    assert base.hashes["a"] == same.hashes["a"] != other.hashes["a"]


def test_a_service_as_yaml() -> None:
    project = load_text("services: {a: {image: x, environment: {N: '1', D: $$HOME}, ports: ['80:80']}}")
    assert render_service(project, "a") == (
        'a:\n  environment:\n    D: $HOME\n    "N": "1"\n  image: x\n  networks:\n    default: null\n'
        '  ports:\n    - mode: ingress\n      target: 80\n      published: "80"\n      protocol: tcp\n'
    )
    assert render_service(project, "nope") == ""


def test_discovery_climbs_to_the_project_and_takes_its_override() -> None:
    files = {
        "/work/app/compose.yaml": "services: {a: {image: 'x:${TAG}'}}",
        "/work/app/compose.override.yaml": "services: {a: {hostname: over}}",
        "/work/app/.env": "TAG=project\nOTHER=1",
        "/work/app/sub/.env": "TAG=here",
    }
    project = load_files(files, cwd="/work/app/sub")
    assert project.files == ("/work/app/compose.yaml", "/work/app/compose.override.yaml")
    assert (project.services["a"].image, project.services["a"].hostname) == ("x:here", "over")
    assert (project.name, project.working_dir) == ("app", "/work/app")


def test_variables_of_compose_choose_files_name_and_profiles() -> None:
    files = {
        "a.yaml": "services: {a: {image: x}}",
        "b.yaml": "services: {b: {image: x, profiles: [p]}}",
        ".env": "COMPOSE_FILE=a.yaml,b.yaml\nCOMPOSE_PATH_SEPARATOR=,\nCOMPOSE_PROJECT_NAME=named\nCOMPOSE_PROFILES=p",
    }
    project = load_files(files)
    assert (project.name, list(project.services)) == ("named", ["a", "b"])


def test_env_files_of_the_shell() -> None:
    files = {"compose.yaml": "services: {a: {image: 'x:${TAG}'}}", "one.env": "TAG=1", "two.env": "TAG=2"}
    project = load_files(files, environ={"COMPOSE_ENV_FILES": "one.env,two.env"})
    assert project.services["a"].image == "x:2"


def test_standard_input() -> None:
    project = load_files({}, files=("-",), stdin=b"services: {a: {image: x}}")
    assert list(project.services) == ["a"]


def test_an_unset_variable_warns_once() -> None:
    project = load_text("services: {a: {image: 'x${NOPE}${NOPE}'}}")
    assert project.warnings == ("The variable NOPE is not set; it is taken as blank.",)


def test_reset_and_override_of_a_later_file() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x, ports: ['80:80'], environment: {A: '1', B: '2'}, command: run}}",
        "compose.override.yaml": (
            "services: {a: {ports: !override ['90:90'], environment: {A: !reset null}, command: !reset null}}"
        ),
    }
    service = load_files(files).services["a"]
    assert [port.published for port in service.ports] == ["90"]
    assert (service.environment, service.command) == ({"B": "2"}, None)

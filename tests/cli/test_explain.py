"""`devbox config --explain`: where a value comes from."""

from __future__ import annotations

from tests.cli.world import World

FILE = """\
name: shop
services:
  api:
    image: ${IMAGE:-plain}
    environment:
      DATABASE_URL: postgres://app:${DB_PASSWORD}@db
      GREETING: hello
    labels: {a.b: x}
    ports: ["8000:80"]
"""


def _shop(world: World) -> None:
    world.write(FILE)
    world.write("services: {api: {environment: {GREETING: bye}}}", "compose.override.yaml")
    world.write("DB_PASSWORD=hunter22\n", ".env")


def test_a_value_is_told_in_words(world: World) -> None:
    _shop(world)
    world.environ["IMAGE"] = "busybox"
    said = world.run("config", "--explain", "services.api.image")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "services.api.image = busybox",
        "  set at compose.yaml:4:12",
        "  written as ${IMAGE:-plain}",
        "  IMAGE = busybox, from the shell",
        "    instead of plain, the default in the text",
    ]


def test_an_overridden_value_is_told_with_its_place(world: World) -> None:
    _shop(world)
    out = world.run("config", "--explain", "services.api.environment.GREETING").out
    assert "  set at compose.override.yaml:1:42\n  instead of hello, compose.yaml:7:17\n" in out


def test_a_mapping_is_told_in_short_lines(world: World) -> None:
    _shop(world)
    assert world.run("config", "--explain", "services.api.environment").out.splitlines() == [
        "services.api.environment.DATABASE_URL = postgres://app:••••••@db <- compose.yaml:6:21 (DB_PASSWORD: .env:1)",
        "services.api.environment.GREETING = bye <- compose.override.yaml:1:42",
    ]


def test_a_list_is_named_by_position_in_either_way(world: World) -> None:
    _shop(world)
    dotted = world.run("config", "--explain", "services.api.ports.0")
    assert "services.api.ports.0.published = 8000 <- compose.yaml:9:13\n" in dotted.out
    assert "services.api.ports.0.protocol = tcp <- compose.yaml:9:13 (added)\n" in dotted.out
    assert world.run("config", "--explain", "services.api.ports[0]").out == dotted.out


def test_a_key_with_a_dot_needs_no_quotes(world: World) -> None:
    _shop(world)
    said = world.run("config", "--explain", "services.api.labels.a.b")
    assert said.out.startswith('services.api.labels."a.b" = x\n')


def test_a_path_that_does_not_exist_names_the_nearest(world: World) -> None:
    _shop(world)
    said = world.run("config", "--explain", "services.api.enviroment.GREETING")
    assert (said.code, said.out) == (1, "")
    assert "The model has no services.api.enviroment.GREETING." in said.err
    assert "The nearest is services.api.environment." in said.err


def test_secrets_are_masked_unless_revealed(world: World) -> None:
    _shop(world)
    path = "services.api.environment.DATABASE_URL"
    for words in ((), ("--json",)):
        assert "hunter22" not in world.run("config", "--explain", path, *words).out
    assert "hunter22" in world.run("config", "--explain", path, "--reveal").out


def test_json(world: World) -> None:
    _shop(world)
    compose = str(world.folder / "compose.yaml")
    assert world.run("config", "--explain", "services.api.environment.DATABASE_URL", "--reveal", "--json").json() == {
        "path": "services.api.environment.DATABASE_URL",
        "value": "postgres://app:hunter22@db",
        "place": {"file": compose, "line": 6, "column": 21},
        "added": "",
        "text": "postgres://app:${DB_PASSWORD}@db",
        "variables": [
            {
                "name": "DB_PASSWORD",
                "value": "hunter22",
                "place": {"file": str(world.folder / ".env"), "line": 1, "column": 0},
                "source": "",
                "default": None,
                "text": None,
                "variables": [],
                "instead_of": [],
            }
        ],
        "instead_of": [],
    }
    several = world.run("config", "--explain", "services.api.ports", "--json").json()
    assert [one["path"] for one in several][-1] == "services.api.ports.0.protocol"


def test_a_service_left_out_by_its_profiles_is_explained_too(world: World) -> None:
    world.write("services: {tool: {image: busybox, profiles: [tools]}}")
    assert "set at compose.yaml:1:26" in world.run("config", "--explain", "services.tool.image").out

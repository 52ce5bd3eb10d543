"""What a user reads when the files are wrong: what, where, and what to do."""

from __future__ import annotations

import pytest

from tests.compose.files import faults


def test_a_tab_is_named() -> None:
    assert faults("services:\n\tweb:\n") == [
        "compose.yaml:2:1: not YAML: a tab in the indentation (indent with spaces)"
    ]


def test_a_duplicate_key_names_both_lines() -> None:
    text = """\
        services:
          web:
            image: a
            image: b
        """
    assert faults(text) == ['compose.yaml:4:5: the key "image" is already set in line 3 (keep one of the two)']


def test_an_unknown_key_comes_with_the_nearest_known_one() -> None:
    text = """\
        services:
          web:
            image: a
            prots: ["80:80"]
        """
    assert faults(text) == [
        'compose.yaml:4:5: services.web.prots: the key "prots" is not known here (did you mean "ports"?)'
    ]


def test_all_problems_come_at_once_in_file_order() -> None:
    text = """\
        services:
          web:
            image: 3.18
            ports: ["99999:1"]
          db:
            image: postgres
            depends_on: [cache]
            volumes: ["data:/data"]
          worker:
            image: ${TAG:?set it}
            env_file: none.env
        """
    found = faults(text)
    assert [line.split(": ")[0] for line in found] == [
        "compose.yaml:3:12",
        "compose.yaml:4:13",
        "compose.yaml:7:18",
        "compose.yaml:8:15",
        "compose.yaml:10:12",
        "compose.yaml:11:15",
    ]


def test_a_number_where_text_belongs_is_to_be_quoted() -> None:
    assert faults("services: {web: {image: 3.18}}") == [
        'compose.yaml:1:25: services.web.image: must be text, but is a number (put it in quotes: "3.18")'
    ]


def test_a_cycle_is_spelled_out() -> None:
    text = """\
        services:
          a: {image: x, depends_on: [b]}
          b: {image: x, links: [c]}
          c: {image: x, network_mode: "service:a"}
        """
    assert faults(text) == [
        "compose.yaml:2:30: services.a.depends_on.b: services depend on each other in a circle: a -> b -> c -> a"
    ]


def test_a_required_variable_says_its_message() -> None:
    assert faults("services: {web: {image: 'x:${TAG:?pick a tag}'}}") == [
        "compose.yaml:1:25: services.web.image: the variable TAG is not set: pick a tag"
        " (set TAG in the shell or in .env)"
    ]


def test_a_missing_env_file_is_named_where_it_is_asked_for() -> None:
    text = """\
        services:
          web:
            image: x
            env_file:
              - conf/missing.env
        """
    assert faults(text) == [
        "compose.yaml:5:9: services.web.env_file[0]: there is no file conf/missing.env"
        " (create it, or write {path: ..., required: false})"
    ]


def test_a_broken_line_of_an_env_file_is_placed_in_that_file() -> None:
    files = {"compose.yaml": "services: {web: {image: x, env_file: a.env}}", "a.env": "A=1\nB B=2\n"}
    assert faults(files) == ['a.env:2: the name "B B" holds a space']


def test_no_file_at_all() -> None:
    assert faults({}) == [
        "no Compose file in /work/app or a folder above it (create compose.yaml, or name a file with -f)"
    ]


def test_a_service_of_an_inactive_profile_can_be_activated() -> None:
    text = "services: {web: {image: x, depends_on: [db]}, db: {image: y, profiles: [data]}}"
    assert faults(text)[0].endswith("(add --profile data, or write required: false)")


def test_the_fault_of_an_override_stands_in_the_override() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    image: x\n    ports: ['80:80']\n",
        "compose.override.yaml": "services:\n  web:\n    ports:\n      - '443:443'\n      - '90:'\n",
    }
    assert faults(files)[0].startswith('compose.override.yaml:5:9: services.web.ports[1]: "90:": no container port')


def test_a_faulty_service_is_not_also_missing_an_image() -> None:
    assert len(faults("services: {web: {image: 1}, b: {image: x, depends_on: [web]}}")) == 1


def test_a_fault_in_a_service_hides_no_other_of_it() -> None:
    text = """\
        services:
          web:
            imagge: a
            shm_size: lots
            depends_on: [cache]
            networks: [front]
            volumes: ["data:/data"]
        """
    found = faults(text)
    assert [line.split(": ")[1] for line in found] == [
        "services.web.imagge",
        "services.web.shm_size",
        "services.web.depends_on.cache",
        "services.web.networks.front",
        "services.web.volumes[0]",
    ]


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("network_mode: service:db", "network_mode"),
        ("pid: service:db", "pid"),
        ("links: [cache, 'db:alias']", "links[1]"),
        ("volumes_from: ['db:ro']", "volumes_from[0]"),
    ],
)
def test_a_service_that_is_not_there_is_told_where_it_is_named(field: str, path: str) -> None:
    text = f"services: {{cache: {{image: x}}, web: {{image: x, {field}}}}}"
    (found,) = faults(text)
    assert f'services.web.{path}: there is no service "db"' in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"services: {a: {image: \xff}}", "compose.yaml:1:23: the file is not UTF-8 text"),
        ("a: &a [*a]", "an alias stands inside its own anchor"),
        ("[" * 5000, "nested more than 100 deep"),
        ("a: *nowhere", "the alias *nowhere has no anchor"),
        ("a: &a [x]\nb: {<<: *a}", "<< takes a mapping"),
        ("services: {a: {image: x, environment: {1: b}}}", "a key must be text, and 1 is not"),
        ("services: [a]", "services: must be a mapping, but is a list"),
        ("- a", "the file must hold a mapping"),
        ("", "is empty"),
        ("\x00", "control characters are not allowed"),
        ("web: {image: x}", "services belong under services:"),
        ("services: {a: }", "services.a: is empty"),
        ("services: {a: {image: x, healthcheck: {interval: 30}}}", "write a number with a unit, such as 30s"),
        ("services: {a: {image: '${'}}", "names no variable; write $$ for a dollar sign"),
        ("services: {a: {image: x, mem_limit: lots}}", '"lots" is no size'),
        ("services: {a: {image: x, pull_policy: sometimes}}", '"sometimes" is no pull policy'),
        ("%YAML 1.2\n---\nservices: {a: {image: x}}", "compose.yaml:1:1: a %YAML line of another version"),
        ("services: {a: {image: x, command: '${A:-one\n\n  two}'}}", "has no closing brace in its line"),
        ("services: {a: {image: x, cpu_percent: 101}}", "must be from 0 to 100"),
        (
            "services: {a: {image: x, gpus: [{capabilities: [gpu, gpu]}]}}",
            'gpus[0].capabilities[1]: "gpu" is listed twice',
        ),
        ("services: {a: {image: x, post_start: [{command: b, environment: [A=1, A=1]}]}}", '"A=1" is listed twice'),
        ("services: {a: {image: x, container_name: a b}}", '"a b" is no name of a container'),
        ("services: {a: {image: x, command: 'a \"b'}}", "cannot be split into words"),
        ("services: {a: {extends: b}, b: {extends: a}}", "services extend each other in a circle"),
        ("include: [compose.yaml]\nservices: {}", "files include each other in a circle"),
        ("services: {a: {image: x, networks: [bakc]}}\nnetworks: {back: }", 'did you mean "back"?'),
        ("services: {a: {image: x, depends_on: [zz]}, b: {image: x}, c: {image: x}}", "the services are b, c"),
        ("services: {a: {extends: zz}, b: {image: x}}", "the services there are b"),
        ("services: {a: {image: x, logging: {zz: 1}}}", "the keys are driver, options"),
        (
            "services: {a: {image: x, volumes: [{type: bind, source: a, target: /b, bind: {create: 1}}]}}",
            "create_host_path",
        ),
        ("services: {a: {image: x, depends_on: b}}", "write [NAME], or start each name with a dash"),
        ("services: {a: {image: x, use_api_socket: 'true'}}", "write it without quotes"),
        ("services: {a: {image: x, labels: {'': b}}}", 'services.a.labels."": a name is missing'),
        ("services: {a: {image: x, pre_strat: [{command: a}]}}", 'did you mean "pre_start"?'),
        ("services: {a: {image: x, pre_start: [{comand: a}]}}", 'did you mean "command"?'),
        ("services: {a: {image: x, pre_start: {command: a}}}", "must be a list, but is a mapping"),
        ("services: {a: {build: {no_cache_filter: 3}}}", "must be a list, but is a number"),
        ("services: {a: {image: @x}}", "a value cannot start with @ (quote it)"),
        ("services:\n  a: {image: 'x}\n  b: {image: y}\n", "compose.yaml:2:14: not YAML: a quote is left open"),
        ("services:\n  a: {image: x\n  b: {image: y}\n", "compose.yaml:2:6: not YAML: a bracket is left open"),
        ("services:\n  a:\n    image: x\n   tty: true\n", "compose.yaml:4:4"),
        ("services:\n  a:\n    image: x\n   tty: true\n", "the same indentation"),
        ("services: [a: {image: x}]", "write NAME: in place of each dash"),
        ("services: {a: {image: x, environment: [A: 1]}}", 'write "A=1"'),
        ("services: {a: {image: x, depends_on: {b: healthy}}, b: {image: y}}", "write b: {condition: service_healthy}"),
        ("services: {a: {image: x, ports: ['80:80:80:80']}}", '"80:80" is no IP address'),
        ("services: {a: {image: x, ports: ['::1:80:80']}}", '"::1" needs brackets: [::1]'),
    ],
)
def test_hostile_and_mistaken_text(text: str | bytes, said: str) -> None:
    assert said in "\n".join(faults(text))


def test_a_billion_laughs_is_refused() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "aliases make this too large" in faults("\n".join(lines))[0]


@pytest.mark.parametrize("name", ["MyProject", "_x", "-x", "a b"])
def test_a_name_given_by_hand_must_be_valid(name: str) -> None:
    text = "services: {a: {image: x}}"
    assert "is no name of a project" in faults(text, project_name=name)[0]
    assert "is no name of a project" in faults(text, environ={"COMPOSE_PROJECT_NAME": name})[0]

"""Rare forms and combinations, each with what Compose makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from devbox.compose.output import render
from tests.compose.files import faults, load_files, load_text


def _two(earlier: str, later: str) -> dict[str, str]:
    return {
        "compose.yaml": f"services: {{a: {{image: x, {earlier}}}}}",
        "compose.override.yaml": f"services: {{a: {{{later}}}}}",
    }


@pytest.mark.parametrize(
    ("earlier", "later", "field", "found"),
    [
        ("gpus: all", "gpus: [{count: 2}]", "gpus", [{"count": -1}, {"count": 2}]),
        (
            "extra_hosts: ['a:10.0.0.1']",
            "extra_hosts: [a=10.0.0.1, 'a:10.0.0.1']",
            "extra_hosts",
            ["a=10.0.0.1", "a=10.0.0.1"],
        ),
        ("extra_hosts: {a: 10.0.0.1}", "extra_hosts: [a=10.0.0.1]", "extra_hosts", ["a=10.0.0.1"]),
        ("mem_limit: 64m", "mem_limit: 1.5", "mem_limit", None),
        ("dns: [10.0.0.1]", "dns: ['', 10.0.0.2]", "dns", ["10.0.0.1", "10.0.0.2"]),
        ("tty: true", "dns: ['']", "dns", None),
        ("provider: {type: p, options: {n: x}}", "provider: {options: {n: [y]}}", "provider", ["y"]),
    ],
)
def test_a_later_file(earlier: str, later: str, field: str, found: Any) -> None:
    value = load_files(_two(earlier, later)).services["a"].tree.get(field)
    assert (value["options"]["n"] if field == "provider" else value) == found


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("gpus: [{count: 1}]", "gpus: all"),
        ("gpus: all", "gpus: all"),
        ("provider: {type: p, options: {n: [x]}}", "provider: {options: {n: y}}"),
    ],
)
def test_one_value_is_never_laid_over_a_list(earlier: str, later: str) -> None:
    (found,) = faults(_two(earlier, later))
    assert found.startswith("compose.override.yaml:1:")
    assert "cannot be laid over a value of another kind (write both in the same form" in found


@pytest.mark.parametrize(("own", "found"), [("[{count: 2}]", [{"count": 2}]), ("all", [{"count": -1}])])
def test_gpus_all_is_replaced_by_the_service_that_extends_it(own: str, found: Any) -> None:
    text = f"services: {{b: {{image: x, gpus: all}}, a: {{extends: b, gpus: {own}}}}}"
    assert load_text(text).services["a"].tree["gpus"] == found


def test_entries_of_blkio_are_complete() -> None:
    text = "services: {a: {image: x, blkio_config: {weight_device: [{path: /d}], device_read_bps: [{rate: 1k}]}}}"
    assert load_text(text).services["a"].tree["blkio_config"] == {
        "weight_device": [{"Path": "/d", "Weight": 0}],
        "device_read_bps": [{"Path": "", "Rate": "1024"}],
    }


@pytest.mark.parametrize("objects", ["networks: {a b: {driver: bridge}}", "models: {a b: {model: m}}"])
def test_names_of_networks_and_models_are_free(objects: str) -> None:
    assert list(load_text(f"services: {{a: {{image: x}}}}\n{objects}").services) == ["a"]


def test_a_name_given_before_is_not_changed_by_external() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x, networks: [n]}}\nnetworks: {n: {name: one}}",
        "compose.override.yaml": "networks: {n: {external: {name: two}}}",
    }
    assert faults(files) == [
        "compose.override.yaml:1:33: networks.n.external.name: differs from name: one"
        " (write name: two and external: true)"
    ]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("restart: sometimes", '"sometimes" is no restart policy'),
        ("pull_policy: whenever", '"whenever" is no pull policy'),
        ("container_name: a/b.c", '"a/b.c" is no name of a container'),
    ],
)
def test_words_that_compose_lets_pass_come_with_a_warning(field: str, said: str) -> None:
    (warning,) = load_text(f"services: {{a: {{image: x, {field}}}}}").warnings
    assert warning.startswith("/work/app/compose.yaml:1:")
    assert said in warning


@pytest.mark.parametrize("field", ["mem_limit", "memswap_limit", "shm_size"])
def test_no_limit_is_a_number_and_no_text(field: str) -> None:
    project = load_text(f"services: {{a: {{image: x, {field}: -1}}}}")
    assert load_text(render(project)).tree == project.tree
    assert '"-1" is no size' in faults(f"services: {{a: {{image: x, {field}: '-1'}}}}")[0]

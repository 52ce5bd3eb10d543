"""Faults that matter where their value comes through only: under later files, and in files that are extended from."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.compose.files import faults, load_files


def _over(earlier: str, later: str) -> dict[str, str]:
    return {
        "compose.yaml": f"services: {{a: {{image: x, {earlier}}}, b: {{image: y}}}}\nnetworks: {{n: }}",
        "compose.override.yaml": f"services: {{a: {{{later}}}}}",
    }


def _extended(base: str, own: str, beside: str = "b: {image: y}") -> Mapping[str, str]:
    return {
        "compose.yaml": f"services: {{a: {{extends: {{file: base.yaml, service: base}}, {own}}}}}",
        "base.yaml": f"services:\n  base: {{image: x, {base}}}\n  {beside}\n",
    }


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("mem_limit: lots", "mem_limit: 64m"),
        ("stop_grace_period: soon", "stop_grace_period: 1m"),
        ('command: a "b', "command: c"),
        ('entrypoint: a "b', "entrypoint: !reset null"),
        ("cpu_shares: 99999999999999999999", "cpu_shares: 2"),
    ],
)
def test_what_cannot_be_read_is_harmless_under_a_later_value(earlier: str, later: str) -> None:
    assert load_files(_over(earlier, later)).services["a"].image == "x"
    assert len(faults(_over(earlier, "tty: true"))) == 1


@pytest.mark.parametrize("earlier", ["user: 3", "container_name: -", "networks: [n, n]"])
def test_a_wrong_kind_is_refused_in_the_file_that_has_it(earlier: str) -> None:
    assert faults(_over(earlier, "user: me, container_name: ab, networks: [n]"))[0].startswith("compose.yaml:1:")


@pytest.mark.parametrize("field", ["depends_on: [b]", "networks: [n]"])
def test_names_listed_twice_gather_with_earlier_ones(field: str) -> None:
    twice = field.replace("]", f", {field[-2]}]")
    assert load_files(_over(field, twice)).services["a"].image == "x"
    assert faults(_over("tty: true", twice))[0].endswith("is listed twice (keep one of the two)")


def test_a_service_that_nobody_extends_may_be_faulty() -> None:
    project = load_files(_extended("tty: true", "user: me", "b: {image: 3, imagge: x, restart: }"))
    assert project.services["a"].tty


@pytest.mark.parametrize("base", ["user: 3", "user: ", "mem_limit: lots", "cap_add: x"])
def test_a_fault_of_an_extended_service_can_be_hidden(base: str) -> None:
    own = "user: me, mem_limit: 64m, cap_add: [NET_ADMIN]"
    assert load_files(_extended(base, own)).services["a"].user == "me"
    assert faults(_extended(base, "tty: true"))[0].startswith("base.yaml:2:")


def test_short_forms_of_extended_files_are_read_in_every_service() -> None:
    (found,) = faults(_extended("tty: true", "user: me", "b: {image: y, ports: ['a:b']}"))
    assert found.startswith('base.yaml:3:25: services.b.ports[0]: "a:b": "b" is no port')


def test_a_faulty_base_is_named_instead_of_missing() -> None:
    files = {
        "compose.yaml": "services: {a: {extends: {file: base.yaml, service: base}}}",
        "base.yaml": "services: {base: 3, b: {image: x}}",
    }
    assert faults(files) == ["base.yaml:1:18: services.base: must be a mapping, but is a number"]


def test_documents_of_an_extended_file_that_clash_are_told() -> None:
    files = {
        "compose.yaml": "services: {a: {extends: {file: base.yaml, service: base}}}",
        "base.yaml": "services: {base: {image: x, gpus: [{count: 1}]}}\n---\nservices: {base: {gpus: all}}",
    }
    (found,) = faults(files)
    assert found.startswith("base.yaml:3:25: services.base.gpus: cannot be laid over")

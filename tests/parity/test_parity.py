"""What devbox creates is what `docker compose` creates from the same files, in every word the engine has of it.

Stacks are files of tests/parity/stacks; each service, network and volume in them is a definition of its own. Of
Compose releases before 2.40, which CI has, BEFORE_2_40 tells what they did otherwise; DEVBOX_PARITY_COMPOSE names
another Compose program, with which the stack `later` is made as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.parity.conftest import STACKS
from tests.parity.making import Made, differences
from tests.parity.unequal import ALWAYS, BEFORE_2_40, SINCE_2_40, Row, in_one_form

Both = Callable[[str], tuple[Made, Made]]
APART = frozenset({"injected"} if "DEVBOX_PARITY_COMPOSE" in os.environ else {"injected", "later"})
"""Stacks that are not made here: one is started, and one has fields that CI's Compose does not know."""
FILES = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted(STACKS.glob("*.yaml")) if path.stem not in APART
}


def definitions(kind: str) -> list[str]:
    """All of `services`, `networks` or `volumes`, as stack:key."""
    found = {stack: file.get(kind) or {} for stack, file in FILES.items()}
    return [f"{stack}:{key}" for stack, keys in found.items() for key in keys if not (keys[key] or {}).get("external")]


def rows(compose: Made) -> tuple[Row, ...]:
    return ALWAYS + (SINCE_2_40 if is_since_2_40(compose) else BEFORE_2_40)


def is_since_2_40(compose: Made) -> bool:
    return tuple(int(part) for part in compose.version.split("-")[0].split(".")[:2]) >= (2, 40)


def unexpected(definition: str, compose: Made, wanted: Any, found: Any) -> dict[str, str]:
    """The differences that no row explains."""
    ignored: tuple[str, ...] = ()
    if not is_since_2_40(compose):
        ignored = ("com.docker.compose.config-hash", ".Mode")
        wanted, found = in_one_form(wanted), in_one_form(found)
    return {
        path: text
        for path, text in differences(wanted, found).items()
        if not path.endswith(ignored) and not any(row.covers(definition, path) for row in rows(compose))
    }


@pytest.mark.parametrize("definition", definitions("services"))
def test_the_containers_are_composes(definition: str, both: Both) -> None:
    stack, service = definition.split(":")
    compose, devbox = both(stack)
    assert compose.exit_code == 0, compose.said
    assert devbox.exit_code == 0, devbox.said
    wanted, found = compose.of(service), devbox.of(service)
    assert sorted(found) == sorted(wanted)
    unequal = {name: unexpected(definition, compose, wanted[name], found[name]) for name in wanted}
    assert {name: paths for name, paths in unequal.items() if paths} == {}


def test_every_row_still_explains_something(both: Both) -> None:
    left = {row for stack in FILES for row in rows(both(stack)[0])}
    for stack in FILES:
        compose, devbox = both(stack)
        for definition in (one for one in definitions("services") if one.startswith(f"{stack}:")):
            service = definition.split(":")[1]
            pairs = [(one, devbox.of(service)[name]) for name, one in compose.of(service).items()]
            left -= _used(definition, pairs, left)
        for definition in (one for one in definitions("networks") if one.startswith(f"{stack}:")):
            left -= _used(definition, [_networks(definition, compose, devbox)], left)
    assert left == set()


def _used(definition: str, pairs: list[tuple[Any, Any]], rows: set[Row]) -> set[Row]:
    paths = {path for wanted, found in pairs for path in differences(wanted, found)}
    return {row for row in rows if any(row.covers(definition, path) for path in paths)}


@pytest.mark.parametrize("stack", FILES)
def test_nothing_more_and_nothing_less_is_made(stack: str, both: Both) -> None:
    compose, devbox = both(stack)
    for kind in ("containers", "networks", "volumes"):
        assert sorted(getattr(devbox, kind)) == sorted(getattr(compose, kind))


@pytest.mark.parametrize("definition", definitions("networks"))
def test_the_networks_are_composes(definition: str, both: Both) -> None:
    stack, key = definition.split(":")
    compose, devbox = both(stack)
    wanted, found = _networks(definition, compose, devbox)
    if not ((FILES[stack]["networks"][key] or {}).get("ipam") or {}).get("config"):
        wanted["IPAM"]["Config"] = found["IPAM"]["Config"]  # the engine chooses, and seldom the same twice
    assert unexpected(definition, compose, wanted, found) == {}


@pytest.mark.parametrize("definition", definitions("volumes"))
def test_the_volumes_are_composes(definition: str, both: Both) -> None:
    stack, key = definition.split(":")
    compose, devbox = both(stack)
    wanted, found = (_labelled(made.volumes, "com.docker.compose.volume", key) for made in (compose, devbox))
    assert unexpected(definition, compose, wanted, found) == {}


def _networks(definition: str, *made: Made) -> tuple[Any, Any]:
    key = definition.split(":")[1]
    wanted, found = (_labelled(one.networks, "com.docker.compose.network", key) for one in made)
    return wanted, found


def _labelled(things: Any, label: str, key: str) -> Any:
    return next(one for one in things.values() if one["Labels"].get(label) == key)

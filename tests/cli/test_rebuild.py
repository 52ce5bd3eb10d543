"""A rebuild that `devbox watch` begins is held to what holds for `up`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from devbox.ports import Engine
from tests.cli.shop import BASE, filled
from tests.cli.world import World


class OneSave:
    """A watch of which a single save wants `api` rebuilt."""

    def __init__(self, *given: Any, rebuild: Callable[[str], Awaitable[None]], **more: Any) -> None:
        self._rebuild = rebuild

    async def run(self, engine: Engine) -> None:
        await self._rebuild("api")


@pytest.fixture
def saved(shop: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("devbox.session.watch.Watch", OneSave)
    filled(shop)
    watched = "    develop: {watch: [{action: rebuild, path: ./src}]}\n"
    shop.write(BASE.replace("    secrets: [db, token]\n", f"    secrets: [db, token]\n{watched}"))
    return shop


def test_it_goes_on_while_the_secrets_are_there(saved: World) -> None:
    assert saved.run("-e", "stage", "watch", "--no-up").code == 0
    assert [one.name for one in saved.engine.containers.values()] == ["shop-stage-api-1"]


def test_it_is_refused_where_a_secret_is_missing(saved: World) -> None:
    (saved.folder / "secrets/stage/db").unlink()
    said = saved.run("-e", "stage", "watch", "--no-up")
    assert said.code == 1
    assert "secrets/stage/db is not there" in said.err
    assert saved.engine.calls == []

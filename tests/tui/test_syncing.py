"""Keys for the rules of develop.watch, and what the screen shows of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from devbox.compose.model import Reload, Service, WatchRule
from devbox.session.state import State
from devbox.session.syncing import Batch, Failure, ServiceSync, Syncing, WatchPhase
from devbox.settings import Settings
from devbox.tui.panels.main.sync_text import sync_page
from tests.tui import shop
from tests.tui.driving import keys, opened, shows

WATCHED = shop.watched()


def phase(phase: WatchPhase) -> State:
    return replace(WATCHED, sync=replace(shop.sync(), phase=phase))


async def test_watching_is_paused_and_resumed_by_one_key() -> None:
    async with opened(WATCHED) as (_, pilot, session):
        await keys(pilot, "W")
        session.store.put(sync=phase(WatchPhase.PAUSED).sync)
        await keys(pilot, "W")
        assert session.watching.turned == [False, True]


async def test_a_stack_without_rules_says_so() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, "W")
        assert await shows(app, "no service has rules to watch")
        assert session.watching.turned == []


async def test_the_service_under_the_cursor_takes_up_its_files() -> None:
    async with opened(WATCHED) as (_, pilot, session):
        await keys(pilot, "j j L")
        assert session.watching.reloaded == ["api"]


async def test_the_tab_names_the_keys_that_do_something_now() -> None:
    async with opened(WATCHED, size=(80, 24), settings=Settings(keys={"sync_verify": "ctrl+v"})) as (
        app,
        pilot,
        session,
    ):
        await keys(pilot, "j j 7")
        assert await shows(app, "● watching   W pause  L reload now  Ctrl-V verify\n")
        session.store.put(sync=phase(WatchPhase.PAUSED).sync)
        assert await shows(app, "sent when it goes on   W watch  Ctrl-V verify\n")


async def test_a_comparison_tells_what_it_found_and_where_to_read_it() -> None:
    async with opened(WATCHED, said=lambda session: setattr(session.watching, "found", shop.sync().verified)) as (
        app,
        pilot,
        _,
    ):
        await keys(pilot, "j j V")
        assert await shows(app, "1 difference; the Sync tab names them")
        assert app.pane.tab == "sync"


def watched(*names: str) -> list[Service]:
    deep = "/shop/backend/services/a-service-with-a-long-name/src/main/python/package"
    rules = (WatchRule(action="sync", path=deep, target=f"/usr/local/lib{deep}", reload=Reload(signal="SIGHUP")),)
    return [Service(name=name, image="x", watch=rules) for name in names]


def saved(container: str, at: float, **fields: Any) -> ServiceSync:
    batch = Batch(at=at, what="synced", container=container, files=2, size=3100, seconds=0.041, names=("a.py", "b.py"))
    return ServiceSync(batches=(batch,), **fields)


def page(services: list[Service], sync: Syncing, width: int = 76) -> list[str]:
    return sync_page(services, sync, "/shop", width).plain.splitlines()


def test_of_several_services_those_that_fail_come_first_then_the_latest_and_the_quiet_ones_have_a_line() -> None:
    failure = Failure(error="no space left", hint="", pending=3, again=20)
    services = {
        "old": saved("shop-old-1", 1),
        "new": saved("shop-new-1", 2),
        "bad": saved("shop-bad-1", 0.5, failures={"shop-bad-1": failure}),
    }
    lines = page(watched("old", "new", "bad", "quiet"), Syncing(phase=WatchPhase.WATCHING, services=services))
    assert lines[:2] == ["● watching 4 services", "✗ 1 of 4 not kept like their files"]
    assert [line for line in lines if line in ("old", "new", "bad")] == ["bad", "new", "old"]
    assert lines[-2:] == ["Nothing to tell yet", "  quiet  sync, then SIGHUP"]


def test_long_paths_and_names_are_cut_to_the_width_and_their_ends_are_kept() -> None:
    sync = Syncing(phase=WatchPhase.WATCHING, services={"api": saved("shop-api-1", 1)})
    lines = page(watched("api"), sync)
    assert all(len(line) <= 76 for line in lines)
    (rule,) = [line for line in lines if "→" in line]
    assert rule.count("…") == 2
    assert rule.endswith("package")


def test_what_a_service_has_through_another_one_says_so_in_one_line() -> None:
    batch = Batch(at=1, what="synced", container="shop-api-1", files=1, seconds=0.041, names=("a.py",), through="web")
    lines = page(watched("api"), Syncing(services={"api": ServiceSync(batches=(batch,))}))
    assert lines[-1].split("41 ms")[1] == "  through web: a.py"
    assert len(lines[-1]) <= 76


def test_of_replicas_each_batch_tells_whose_it_is() -> None:
    one, two = saved("shop-api-1", 1).batches, saved("shop-api-2", 2).batches
    lines = page(watched("api"), Syncing(services={"api": ServiceSync(batches=(*one, *two))}))
    assert [line.split("41 ms")[1] for line in lines[-2:]] == ["  -2   a.py, b.py", "  -1   a.py, b.py"]

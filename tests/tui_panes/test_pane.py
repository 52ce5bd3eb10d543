"""The main pane's tabs: what they show, that hidden ones rest, and that outside text does no harm."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from textual.widgets import ContentSwitcher

from devbox.plan.observed import Detail, HealthState, RunState
from devbox.plan.plan import Plan
from devbox.session.state import Lost, State
from devbox.tui.panels.main.pane import TABS
from tests.eventually import eventually
from tests.tui_panes.host import HOSTILE, FakeFeeds, PaneApp, lines, screen, text
from tests.tui_panes.stack import CHECK, SECOND, container, failing, state


async def show(app: PaneApp, tab: str, service: str | None = None, shown: State | None = None) -> None:
    app.pane.service = service
    app.pane.state = shown or state()
    app.pane.show_tab(tab)
    await eventually(lambda: app.query_one(ContentSwitcher).current == f"tab-{tab}")


async def test_the_log_of_the_service_then_of_all() -> None:
    app = PaneApp(FakeFeeds())
    app.feeds.logs.buffer("api").extend(lines("api", ["from api"]))
    app.feeds.logs.buffer("worker").extend(lines("worker", ["from worker"], start=1))
    async with app.run_test(size=(80, 24)):
        await show(app, "logs", "api")
        await eventually(lambda: " from api" in screen(app) and "worker" not in text(app))
        assert app.feeds.logs.shown == ("api",)
        app.pane.service = None
        await eventually(lambda: "worker    from worker" in text(app) and "api       from api" in text(app))
        assert app.feeds.logs.shown == ("api", "postgres", "worker")


async def test_an_empty_log_says_so() -> None:
    app = PaneApp(FakeFeeds())
    async with app.run_test(size=(80, 24)) as pilot:
        await show(app, "logs", "api")
        await eventually(lambda: "Nothing logged yet." in text(app))
        app.feeds.logs.buffer("api").extend(lines("api", ["a line"]))
        await eventually(lambda: "Nothing logged yet." not in text(app))
        app.pane.filter()
        await pilot.press(*"zzz")
        await eventually(lambda: "No line matches the filter." in text(app))


async def test_a_switch_shows_the_new_logs() -> None:
    app = PaneApp(FakeFeeds())
    app.feeds.logs.buffer("api").extend(lines("api", ["old stack"]))
    async with app.run_test(size=(80, 24)):
        await show(app, "logs", "api")
        await eventually(lambda: "old stack" in text(app))
        app.feeds.logs.forget()
        app.feeds.logs.buffer("api").extend(lines("api", ["new stack"]))
        app.pane.state = state(environment="stage")
        await eventually(lambda: "new stack" in text(app) and "old stack" not in text(app))


async def test_another_tab_reads_no_logs_and_plans_only_while_open() -> None:
    app = PaneApp(FakeFeeds())
    async with app.run_test(size=(80, 24)):
        await show(app, "plan")
        assert app.feeds.planning
        assert app.feeds.logs.shown == ()
        app.pane.show_tab("logs")
        assert not app.feeds.planning
        assert app.feeds.logs.shown == ("api", "postgres", "worker")


async def test_typing_a_filter_and_giving_it_up() -> None:
    app = PaneApp(FakeFeeds())
    app.feeds.logs.buffer("api").extend(lines("api", ["keep this", "drop that"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await show(app, "logs", "api")
        app.pane.filter()
        await pilot.press(*"keep")
        await eventually(lambda: "keep this" in text(app) and "drop that" not in text(app))
        await pilot.press("escape")
        await eventually(lambda: "drop that" in text(app))


async def test_escape_ends_the_search_then_the_filter_then_is_left_to_others() -> None:
    app = PaneApp(FakeFeeds())
    left = []
    app.bind("escape", "left")
    app.action_left = lambda: left.append(1)  # type: ignore[attr-defined]
    app.feeds.logs.buffer("api").extend(lines("api", ["keep this", "drop that"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await show(app, "logs", "api")
        app.pane.filter()
        await pilot.press(*"keep", "enter")
        app.pane.search()
        await pilot.press(*"this", "enter")
        await pilot.press("escape")
        await eventually(lambda: "1 of 1" not in text(app) and "drop that" not in text(app))
        await pilot.press("escape")
        await eventually(lambda: "drop that" in text(app))
        assert not left
        await pilot.press("escape")
        assert left


async def test_typing_a_search_counts_matches() -> None:
    app = PaneApp(FakeFeeds())
    app.feeds.logs.buffer("api").extend(lines("api", ["Needle", "hay", "needle"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await show(app, "logs", "api")
        app.pane.search()
        await pilot.press(*"needle", "enter")
        await eventually(lambda: "2 of 2" in text(app))
        app.pane.previous_match()
        await eventually(lambda: "1 of 2" in text(app))


async def test_a_wrong_regular_expression_is_explained() -> None:
    app = PaneApp(FakeFeeds())
    async with app.run_test(size=(100, 24)) as pilot:
        await show(app, "logs", "api")
        app.pane.filter()
        await pilot.press("ctrl+r", *"(a")
        await eventually(lambda: "not a regular expression" in text(app))


@pytest.mark.parametrize(
    ("tab", "service", "expected"),
    [
        ("health", "api", "connection refused"),
        ("health", "api", "try 3 of 5"),
        ("health", None, "● healthy"),
        ("health", "worker", "Not created."),
        ("plan", None, "create api-1"),
        ("plan", "api", "api environment.DEBUG  0 → 1"),
        ("plan", None, "volume shop_data and its data"),
        ("events", None, "health status: unhealthy"),
        ("config", "api", "API_TOKEN: ••••••"),
        ("stats", "api", "64M of 128M (50%)"),
        ("stats", "api", "150% of a core · 75% of the host's 2"),
        ("stats", None, "Together 150% of a core · 75% of the host's 2, 64M of memory"),
    ],
)
async def test_what_a_tab_shows(tab: str, service: str | None, expected: str) -> None:
    app = PaneApp(FakeFeeds())
    async with app.run_test(size=(120, 35)):
        await show(app, tab, service)
        await eventually(lambda: expected in text(app))


async def test_a_probe_that_state_has_not_heard_of_is_shown() -> None:
    app = PaneApp(FakeFeeds())
    app.feeds.containers["api1"] = failing("a fresh answer")
    async with app.run_test(size=(120, 35)):
        await show(app, "health", "api")
        await eventually(lambda: "a fresh answer" in text(app))


async def test_the_next_try_is_counted_down_by_the_engines_clock() -> None:
    app = PaneApp(FakeFeeds())
    started = time.time() + 60
    slow = replace(CHECK, started=started, interval=100 * SECOND)
    late = container("api", health=HealthState.STARTING, detail=slow)
    async with app.run_test(size=(120, 35)):
        await show(app, "health", "api", state(containers=(late,), ahead=60.0))
        countdown = await eventually(lambda: re.search(r"next try in (\d+) s", text(app)), timeout=30)
        assert 0 < int(countdown[1]) <= 100


async def test_a_container_killed_for_memory_says_so() -> None:
    app = PaneApp(FakeFeeds())
    dead = container("api", state=RunState.EXITED, detail=Detail(exit_code=137, oom_killed=True))
    async with app.run_test(size=(120, 35)):
        await show(app, "health", "api", state(containers=(dead,)))
        await eventually(lambda: "out of memory (code 137 (SIGKILL))" in text(app))


async def test_secrets_are_shown_on_v() -> None:
    app = PaneApp(FakeFeeds())
    async with app.run_test(size=(80, 24)) as pilot:
        await show(app, "config", "api")
        app.pane.focus()
        await pilot.press("v")
        await eventually(lambda: "API_TOKEN: t0psecret" in text(app))
        assert "t0psecret" in app.pane.copy_text()


async def test_nothing_to_do_is_said() -> None:
    app = PaneApp(FakeFeeds())
    plan = Plan(project="shop", unchanged=("api", "postgres", "worker"))
    async with app.run_test(size=(80, 24)):
        await show(app, "plan", None, state(plan=plan))
        await eventually(lambda: "Nothing to do. All 3 services are as the files want." in text(app))


async def test_without_an_engine_the_plan_says_why_there_is_none() -> None:
    app = PaneApp(FakeFeeds())
    lost = Lost(reason="refused", hint="", since=0, retry_at=0)
    async with app.run_test(size=(80, 24)):
        await show(app, "plan", None, state(plan=None, connection=lost))
        await eventually(lambda: "The engine does not answer" in text(app))


async def test_before_anything_is_known_every_tab_is_blank_but_there() -> None:
    app = PaneApp(FakeFeeds())
    async with app.run_test(size=(80, 24)) as pilot:
        for tab in TABS:
            await show(app, tab, None, State())
            await pilot.pause()
            assert "Logs" in screen(app)[0]


async def test_tabs_go_round_and_are_clicked() -> None:
    app = PaneApp(FakeFeeds())
    async with app.run_test(size=(100, 24)) as pilot:
        app.pane.state = state()
        app.pane.previous_tab()
        assert app.pane.tab == "sync"
        app.pane.next_tab()
        assert app.pane.tab == "logs"
        await eventually(lambda: "Config" in screen(app)[0])
        await pilot.click("TabBar", offset=(screen(app)[0].index("Config") + 1, 0))
        assert app.pane.tab == "config"


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (200, 60)])
@pytest.mark.parametrize("tab", TABS)
async def test_hostile_text_does_no_harm(tab: str, size: tuple[int, int]) -> None:
    feeds = FakeFeeds()
    app = PaneApp(feeds)
    async with app.run_test(size=size) as pilot:
        for hostile in HOSTILE:
            feeds.logs.buffer("api").extend(lines("api", [hostile]))
            bad = failing(hostile)
            other = container("worker", state=RunState.EXITED, health=HealthState.NONE, detail=Detail(error=hostile))
            feeds.containers["api1"] = replace(bad, name=hostile[:50])
            for service in (None, "api", "worker"):
                await show(app, tab, service, state(hostile[:100_000], (bad, other)))
                await pilot.pause()
                shown = text(app).replace("\n", "")
                assert all(ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0 for character in shown)

"""The Config tab: a cursor on the lines, and below where the value on its line comes from."""

from __future__ import annotations

from dataclasses import replace

from devbox.compose.load import load_explained
from devbox.compose.provenance import Explainer
from devbox.plan.labels import ROLLED_BACK
from devbox.session.state import ServiceRow, State
from tests.compose.files import memory
from tests.eventually import eventually
from tests.tui_panes.host import FakeFeeds, PaneApp, screen, text
from tests.tui_panes.stack import container

FILES = {
    "compose.yaml": """\
        name: shop
        services:
          api:
            image: ${IMAGE:-plain}
            environment:
              API_TOKEN: ${TOKEN}
              GREETING: hello
              LONG: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
              ZULU: last
          db: {image: postgres}
        """,
    "compose.override.yaml": "services: {api: {environment: {GREETING: bye}}}",
    ".env": "TOKEN=t0psecret",
}


def _app() -> tuple[PaneApp, State]:
    feeds = FakeFeeds()
    loaded = load_explained(*memory(FILES))
    feeds.explainer = Explainer(loaded)
    return PaneApp(feeds), State(project=loaded.project)


async def _show(app: PaneApp, state: State, service: str | None = "api") -> None:
    app.pane.state, app.pane.service = state, service
    app.pane.show_tab("config")
    await eventually(lambda: "image:" in text(app))
    app.pane.focus()


def _row(app: PaneApp, wanted: str) -> int:
    return next(at for at, line in enumerate(screen(app)) if wanted in line)


async def test_the_value_under_the_cursor_is_explained() -> None:
    app, state = _app()
    async with app.run_test(size=(80, 30)) as pilot:
        await _show(app, state, "db")
        await pilot.press("j")
        await eventually(lambda: "services.db.image = postgres\n   set at compose.yaml:10:15" in text(app))


async def test_j_k_and_the_arrows_move_the_cursor() -> None:
    app, state = _app()
    async with app.run_test(size=(80, 30)) as pilot:
        await _show(app, state)
        for key, path in (
            ("j", "services.api.environment"),
            ("down", "services.api.environment.API_TOKEN = "),
            ("j", "services.api.environment.GREETING = "),
            ("k", "services.api.environment.API_TOKEN = "),
            ("up", "services.api.environment"),
            ("G", "services.api.networks.default = null"),
            ("g", "services.api.environment"),
        ):
            await pilot.press(key)
            if key == "g":
                await pilot.press("j", "j")
            await eventually(lambda path=path: path in text(app))  # type: ignore[misc]


async def test_a_click_moves_the_cursor_past_wrapped_lines() -> None:
    app, state = _app()
    async with app.run_test(size=(60, 30)) as pilot:
        await _show(app, state)
        await pilot.click("Lines", offset=(3, _row(app, "ZULU") - 1))
        await eventually(lambda: "services.api.environment.ZULU = last" in text(app))
        await pilot.click("Lines", offset=(3, _row(app, "GREETING") - 1))
        await eventually(lambda: "services.api.environment.GREETING = bye" in text(app))
        assert "instead of hello, compose.yaml:7:17" in text(app)


async def test_a_mapping_names_the_files_that_set_it() -> None:
    app, state = _app()
    async with app.run_test(size=(80, 30)) as pilot:
        await _show(app, state)
        await pilot.click("Lines", offset=(3, _row(app, "environment:") - 1))
        await eventually(lambda: "set in compose.yaml, compose.override.yaml" in text(app))


async def test_secrets_are_masked_below_too_until_v() -> None:
    app, state = _app()
    async with app.run_test(size=(80, 30)) as pilot:
        await _show(app, state)
        await pilot.click("Lines", offset=(3, _row(app, "API_TOKEN") - 1))
        await eventually(lambda: "TOKEN = ••••••, from .env:1" in text(app))
        assert "t0psecret" not in text(app)
        await pilot.press("v")
        await eventually(lambda: "TOKEN = t0psecret, from .env:1" in text(app))


async def test_the_cursor_is_marked_and_stays_on_its_line_when_the_files_are_read_again() -> None:
    app, state = _app()
    async with app.run_test(size=(80, 30)) as pilot:
        await _show(app, state)
        await pilot.click("Lines", offset=(3, _row(app, "GREETING") - 1))
        await eventually(lambda: "GREETING = bye" in text(app))
        project = state.project
        assert project is not None
        app.pane.state = replace(state, project=replace(project, warnings=("another",)))
        await pilot.pause()
        assert "GREETING = bye" in text(app)
        strips = app.screen._compositor.render_strips()
        row = _row(app, "GREETING: bye")
        marked = [segment.style.bgcolor for segment in strips[row] if segment.text.strip() and segment.style]
        other = [segment.style.bgcolor for segment in strips[row - 1] if segment.text.strip() and segment.style]
        assert set(marked).isdisjoint(other)


async def test_the_whole_project_is_explained_as_well() -> None:
    app, state = _app()
    async with app.run_test(size=(80, 60)) as pilot:
        await _show(app, state, None)
        await pilot.click("Lines", offset=(3, _row(app, "name: shop_default") - 1))
        await eventually(lambda: "networks.default.name = shop_default" in text(app))
        assert "added by default: the project's name and the key" in text(app)


async def test_what_is_rolled_back_is_told_above_the_files_words() -> None:
    app, state = _app()
    async with app.run_test(size=(100, 30)) as pilot:
        await _show(app, state)
        assert "rolled back" not in text(app)
        one = container("api", image_id="sha256:0123456789abcdef", labels={ROLLED_BACK: "shop-api"})
        app.pane.state = replace(state, rows=(ServiceRow(name="api", service=None, containers=(one,)),))
        told = "# shop-api-1 is rolled back: it runs 0123456789ab in place of shop-api"
        await eventually(lambda: told in text(app))
        await pilot.press("j", "j")
        await eventually(lambda: "\n services.api.environment" in text(app))

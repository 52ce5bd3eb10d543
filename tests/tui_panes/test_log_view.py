"""What a reader of a log sees while it grows, and what the keys and the mouse do."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.events import MouseScrollUp

from devbox.logs.buffer import LogBuffer
from devbox.logs.line import Stream
from devbox.logs.query import Query
from tests.eventually import eventually
from tests.tui_panes.host import HOSTILE, LogApp, lines, screen, text


def numbered(count: int, start: int = 0) -> list[str]:
    return [f"line {number}" for number in range(start, start + count)]


def filled(count: int, *, keep: int = 20_000) -> LogBuffer:
    buffer = LogBuffer(keep, 16 << 20)
    buffer.extend(lines("api", numbered(count)))
    return buffer


async def test_it_follows_the_end() -> None:
    app = LogApp(filled(100))
    async with app.run_test(size=(40, 10)):
        await eventually(lambda: screen(app)[-1].startswith(" line 99"))
        app.buffer.extend(lines("api", ["the newest"]))
        await eventually(lambda: screen(app)[-1].startswith(" the newest"))


async def test_what_one_reads_stands_still_though_the_ring_drops_it() -> None:
    app = LogApp(filled(100, keep=100))
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.focus()
        await pilot.press("pageup")
        await eventually(lambda: not app.view.following)
        seen = [row[:20] for row in screen(app)]
        for start in range(100, 5_000, 100):
            app.buffer.extend(lines("api", numbered(100, start), start=start))
        await pilot.pause(0.2)
        assert [row[:20] for row in screen(app)] == seen


async def test_end_follows_again() -> None:
    app = LogApp(filled(100))
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.focus()
        await pilot.press("home")
        await eventually(lambda: screen(app)[0].startswith(" line 0"))
        await pilot.press("end")
        assert app.view.following
        await eventually(lambda: screen(app)[-1].startswith(" line 99"))


async def test_scrolling_down_reaches_lines_that_came_meanwhile_and_follows_again() -> None:
    app = LogApp(filled(30))
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.focus()
        await pilot.press("up")
        app.buffer.extend(lines("api", numbered(5, 30), start=30))
        await eventually(lambda: not app.view.following)
        for _ in range(8):
            await pilot.press("down")
        await eventually(lambda: app.view.following and screen(app)[-1].startswith(" line 34"))


async def test_the_wheel_scrolls() -> None:
    app = LogApp(filled(100))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot._post_mouse_events([MouseScrollUp], widget=app.view)
        await eventually(lambda: screen(app)[-1].startswith(" line 96"))


async def test_search_goes_to_matches_up_and_round() -> None:
    buffer = filled(200)
    buffer.extend(lines("api", ["needle here", *numbered(50), "another needle", *numbered(50)], start=200))
    app = LogApp(buffer)
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.focus()
        assert app.view.search(Query.parse("needle"))
        assert app.view.copy_text() == "another needle"
        await pilot.press("N")
        assert app.view.copy_text() == "needle here"
        await pilot.press("N")
        assert app.view.copy_text() == "another needle"
        await pilot.press("n")
        assert app.view.copy_text() == "needle here"
        await eventually(lambda: "needle here" in text(app))


async def test_a_search_that_finds_nothing_goes_on_following() -> None:
    app = LogApp(filled(100))
    async with app.run_test(size=(40, 10)):
        assert not app.view.search(Query.parse("absent"))
        assert app.view.following


async def test_a_match_far_to_the_right_is_brought_into_sight() -> None:
    buffer = LogBuffer(100, 1 << 24)
    buffer.extend(lines("api", ["x" * 5_000 + "needle" + "x" * 5_000]))
    app = LogApp(buffer)
    async with app.run_test(size=(40, 5)):
        app.view.search(Query.parse("needle"))
        await eventually(lambda: "needle" in text(app))


async def test_filter_shows_matches_old_and_new() -> None:
    app = LogApp(filled(1_000))
    async with app.run_test(size=(40, 10)):
        app.view.filter(Query.parse("line 99[0-9]$", regex=True))
        await eventually(lambda: [row.split()[1] for row in screen(app)] == [str(n) for n in range(990, 1_000)])
        app.buffer.extend(lines("api", ["line 5", "line 995"], start=1_000))
        await eventually(lambda: screen(app)[-1].split()[1] == "995" and "line 5" not in text(app).split("\n")[-2])
        app.view.filter(None)
        await eventually(lambda: "line 5" in screen(app)[-2])


async def test_wrapping_shows_all_of_a_line() -> None:
    buffer = filled(3)
    buffer.extend(lines("api", ["a" * 30 + "b" * 30 + "c" * 10]))
    app = LogApp(buffer)
    async with app.run_test(size=(40, 8)):
        await eventually(lambda: "›" in text(app))
        app.view.wrap = True
        await eventually(lambda: "ccc" in text(app))
        assert text(app).count("b") == 30


async def test_a_long_line_is_read_to_its_end_sideways() -> None:
    buffer = LogBuffer(10, 1 << 24)
    buffer.extend(lines("api", ["0123456789" * 10]))
    app = LogApp(buffer)
    async with app.run_test(size=(40, 3)) as pilot:
        app.view.focus()
        for _ in range(5):
            await pilot.press("right")
        await eventually(lambda: screen(app)[0].lstrip().startswith("‹1234567890123456789"))
        for _ in range(9):
            await pilot.press("left")
        await eventually(lambda: screen(app)[0].startswith(" 0123456789"))


async def test_stderr_and_marks_have_a_sign() -> None:
    buffer = LogBuffer(10, 1 << 20)
    buffer.extend(lines("api", ["fine"]))
    buffer.extend(lines("api", ["oops"], start=1, stream=Stream.STDERR))
    buffer.extend(lines("api", ["restarted"], start=2, stream=Stream.MARK))
    app = LogApp(buffer)
    async with app.run_test(size=(40, 5)):
        await eventually(lambda: [row[:5] for row in screen(app)[:3]] == [" fine", "▎oops", "─rest"])


async def test_times_are_shown_if_wanted() -> None:
    app = LogApp(filled(3))
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.focus()
        await pilot.press("t")
        await eventually(lambda: ":20.002  line 2" in screen(app)[2])


async def test_names_stand_before_merged_lines() -> None:
    app = LogApp(filled(3))
    async with app.run_test(size=(40, 5)):
        app.view.show(app.buffer, ["api", "postgres"])
        await eventually(lambda: screen(app)[0].startswith("api       line 0"))


async def test_clear_shows_only_what_comes() -> None:
    app = LogApp(filled(100))
    async with app.run_test(size=(40, 5)):
        app.view.clear()
        await eventually(lambda: "line" not in text(app))
        app.buffer.extend(lines("api", ["fresh"]))
        await eventually(lambda: screen(app)[0] == " fresh")


async def test_marked_text_is_copied() -> None:
    app = LogApp(filled(3))
    async with app.run_test(size=(40, 5)) as pilot:
        await eventually(lambda: "line 2" in text(app))
        await pilot.mouse_down(app.view, offset=(1, 0))
        await pilot.hover(app.view, offset=(4, 1))
        await pilot.mouse_up(app.view, offset=(4, 1))
        assert app.view.copy_text() == "line 0\nline"


async def test_without_a_mark_what_is_in_sight_is_copied() -> None:
    app = LogApp(filled(100))
    async with app.run_test(size=(40, 3)):
        await eventually(lambda: "line 99" in text(app))
        assert app.view.copy_text() == "line 97\nline 98\nline 99"
        assert app.view.copy_all().startswith("line 0\n")


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("names", [False, True])
@pytest.mark.parametrize("size", [(20, 5), (80, 24), (200, 60)])
async def test_hostile_lines_keep_the_screen_in_shape(wrap: bool, names: bool, size: tuple[int, int]) -> None:
    buffer = LogBuffer(100, 1 << 26)
    buffer.extend(lines("api", HOSTILE))
    app = LogApp(buffer)
    async with app.run_test(size=size) as pilot:
        app.view.show(buffer, ["api", "日本"] if names else None)
        app.view.timestamps = names
        app.view.wrap = wrap
        app.view.focus()
        for key in ("end", "pageup", "pageup", "home", "right", "left", "pagedown", "end"):
            await pilot.press(key)
            strips = app.screen._compositor.render_strips()
            assert {sum(cell_len(segment.text) for segment in strip) for strip in strips} == {size[0]}
            shown = text(app).replace("\n", "")
            assert all(ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0 for character in shown)


async def test_a_hidden_log_reads_nothing() -> None:
    app = LogApp(filled(3))
    async with app.run_test(size=(40, 5)) as pilot:
        await eventually(lambda: "line 2" in text(app))
        app.view.display = False
        await pilot.pause(0.1)
        asked = []
        app.buffer.slice = lambda *numbers: asked.append(numbers) or []  # type: ignore[method-assign,func-returns-value]
        app.buffer.extend(lines("api", ["more"]))
        await pilot.pause(0.2)
        assert not asked

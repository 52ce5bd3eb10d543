"""One list of actions feeds keys, help, footer and palette."""

from __future__ import annotations

from devbox.tui.actions import ACTIONS, action
from devbox.tui.doing import TABS, Doing
from devbox.tui.keys import assign
from devbox.tui.screens.help import text


def test_default_keys_do_not_clash() -> None:
    assert assign(ACTIONS, {}).problems == ()


def test_every_action_does_something() -> None:
    idle = [a.id for a in ACTIONS if not a.command and a.id not in TABS and not hasattr(Doing, a.id)]
    assert idle == []


def test_ids_are_unique() -> None:
    assert len({a.id for a in ACTIONS}) == len(ACTIONS)


def test_the_help_tells_every_action() -> None:
    shown = text(assign(ACTIONS, {}), 200).plain
    assert [a.id for a in ACTIONS if a.help not in shown] == []


def test_the_help_keeps_its_columns_on_a_narrow_screen() -> None:
    moving = text(assign(ACTIONS, {}), 60).plain.partition("Moving")[0].splitlines()
    assert max(map(len, moving)) <= 60
    watch = next(at for at, line in enumerate(moving) if line.startswith("  W "))
    assert moving[watch + 1].startswith(" " * 16 + moving[watch + 1].strip()[0])


def test_a_user_may_give_several_keys() -> None:
    assert assign(ACTIONS, {"restart": "ctrl+t, z"}).of["restart"] == ("ctrl+t", "z")


def test_an_action_that_does_not_exist_is_said() -> None:
    assert assign(ACTIONS, {"fly": "z"}).problems == ("keys.fly: there is no such action",)


def test_two_wishes_for_one_key_are_said_and_the_first_wins() -> None:
    found = assign(ACTIONS, {"restart": "z", "stop": "z"})
    assert found.problems == ("keys.stop: z is already restart (restart)",)
    assert found.of["restart"] == ("z",)


def test_ctrl_c_cannot_be_taken_away() -> None:
    found = assign(ACTIONS, {"restart": "ctrl+c"})
    assert found.of["restart"] == ()
    assert "already quit" in found.problems[0]


def test_what_destroys_is_marked() -> None:
    assert all(action(id).destructive for id in ("down", "remove", "rollback", "kill"))

"""What passes between an editor and a debug server, and what a relay makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from devbox.debug import relayed
from devbox.debug.model import Pair

PAIRS = (Pair(host="/p/src", there="/srv", why=""),)
CONFIGURATION = {"name": "Subprocess 9", "subProcessId": 9, "connect": {"host": "127.0.0.1", "port": 5678}, "own": 1}
EVENT = {"seq": 3, "type": "event", "event": "debugpyAttach", "body": {**CONFIGURATION, "request": "attach"}}
REQUEST = {
    "seq": 4,
    "type": "request",
    "command": "startDebugging",
    "arguments": {"request": "attach", "configuration": CONFIGURATION},
}


@pytest.mark.parametrize("message", [EVENT, REQUEST], ids=["event", "request"])
def test_a_child_is_announced_at_the_address_where_the_editor_reaches_it(message: dict[str, Any]) -> None:
    found = relayed.announced(relayed.readdressed(message, "127.0.0.1", 23001))
    assert found is not None
    assert found["connect"] == {"host": "127.0.0.1", "port": 23001}
    assert (found["subProcessId"], found["own"]) == (9, 1)


@pytest.mark.parametrize("asks", [False, True], ids=["event", "request"])
def test_a_process_is_announced_with_what_the_editor_said_of_the_first(asks: bool) -> None:
    attach = {"name": "shop", "type": "debugpy", "request": "attach", "justMyCode": False, "restart": True}
    message = relayed.announcement(relayed.OWN, "api-2", attach, "127.0.0.1", 23001, asks=asks)
    found = relayed.announced(message)
    assert found is not None
    found.pop("request", None)
    assert found == {
        "name": "api-2",
        "type": "debugpy",
        "justMyCode": False,
        "subProcessId": relayed.OWN,
        "connect": {"host": "127.0.0.1", "port": 23001},
    }
    assert (message["type"], message["seq"]) == ("request" if asks else "event", relayed.OWN)


@pytest.mark.parametrize(
    ("type", "mappings"),
    [
        ("debugpy", {"pathMappings": [{"localRoot": "/p/src", "remoteRoot": "/srv"}]}),
        ("go", {"substitutePath": [{"from": "/p/src", "to": "/srv"}]}),
    ],
)
def test_folders_that_are_alike_are_told_to_the_server_unless_the_editor_does(
    type: str, mappings: dict[str, Any]
) -> None:
    attach = {"command": "attach", "arguments": {"name": "x"}}
    assert relayed.mapped(attach, type, PAIRS)["arguments"] == {"name": "x", **mappings}
    (name,) = mappings
    own = {"command": "attach", "arguments": {name: [1]}}
    assert relayed.mapped(own, type, PAIRS) == own
    assert relayed.mapped(attach, type, ()) == attach
    assert relayed.mapped(attach, "lldb", PAIRS) == attach


@pytest.mark.parametrize(
    "message",
    [{}, {"arguments": None}, {"arguments": []}, {"arguments": {"subProcessId": [9]}}, {"event": "stopped", "body": 1}],
)
def test_messages_that_are_not_as_they_should_be_are_no_announcements(message: dict[str, Any]) -> None:
    assert relayed.child(message) is None
    assert relayed.announced(message) is None
    assert relayed.mapped(message, "debugpy", ()) == message


def test_what_is_refused_is_shown_as_it_is_said() -> None:
    found = relayed.refusal({"seq": 7, "command": "attach"}, "no {way} leads in")
    assert (found["success"], found["request_seq"], found["command"]) == (False, 7, "attach")
    assert found["body"]["error"]["variables"] == {"text": "no {way} leads in"}


@pytest.mark.parametrize(
    ("type", "asked"), [("debugpy", []), ("lldb", []), ("go", ["setBreakpoints", "setBreakpoints", "continue"])]
)
def test_what_a_server_would_leave_standing_goes_on(type: str, asked: list[str]) -> None:
    found = relayed.release(type, [{"path": "/srv/a.go"}, {"path": "/srv/b.go"}])
    assert [one["command"] for one in found] == asked
    answers = [{"type": "response", "request_seq": one["seq"]} for one in [*found, relayed.disconnect()]]
    assert all(map(relayed.is_own, answers)), "the editor never hears of it"

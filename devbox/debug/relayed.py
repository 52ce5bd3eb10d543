"""What a relay between an editor and a debug server changes in their messages, and says in the name of either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devbox.debug.dialect import dialect
from devbox.debug.model import Pair

Message = dict[str, Any]

OWN = 900_000_000
"""From here on are numbers that the relay makes up: of processes and of requests."""
_PENDING = "__pendingTargetId"
"""By what js-debug names a child."""


_GO = ("substitutePath", "from", "to")
_PYTHON = ("pathMappings", "localRoot", "remoteRoot")
_MAPPINGS = {"python": _PYTHON, "debugpy": _PYTHON, "go": _GO, "delve": _GO}
"""By the type of a server: the argument of `attach`, and what it calls this machine's folder and the container's."""


def child(attach: Message) -> int | str | None:
    """Which child process an `attach` asks for, as it was announced; None: it asks for the service."""
    arguments = _part(attach, "arguments")
    found = arguments.get("subProcessId", arguments.get(_PENDING))
    return found if isinstance(found, int | str) else None


def announced(message: Message) -> Message | None:
    """The arguments with which the server wants a child attached to, where that is what it says."""
    if message.get("event") == "debugpyAttach":
        return _part(message, "body")
    if message.get("type") == "request" and message.get("command") == "startDebugging":
        return _part(_part(message, "arguments"), "configuration")
    return None


def child_of(configuration: Message) -> int | str | None:
    """The child that an announcement names."""
    return child({"arguments": configuration})


def readdressed(message: Message, host: str, port: int) -> Message:
    """An announcement of a child that can be reached where the relay listens."""
    connect = {"connect": {"host": host, "port": port}}
    if message.get("event") == "debugpyAttach":
        return message | {"body": _part(message, "body") | connect}
    arguments = _part(message, "arguments")
    return message | {"arguments": arguments | {"configuration": _part(arguments, "configuration") | connect}}


def announcement(number: int, name: str, attach: Mapping[str, Any], host: str, port: int, *, asks: bool) -> Message:
    """That another process wants to be attached to, which the editor knows by `number` from now on.

    `attach` are the arguments it used for the first; `asks`: it understands the request startDebugging.
    """
    configuration = {key: value for key, value in attach.items() if key not in ("request", "restart", "listen")}
    configuration |= {"name": name, "subProcessId": number, "connect": {"host": host, "port": port}}
    if asks:
        arguments = {"request": "attach", "configuration": configuration}
        return {"seq": number, "type": "request", "command": "startDebugging", "arguments": arguments}
    return {"seq": number, "type": "event", "event": "debugpyAttach", "body": configuration | {"request": "attach"}}


def mapped(attach: Message, type: str, pairs: Iterable[Pair]) -> Message:
    """An `attach` with path mappings as a server of that type takes them: the editor's own where it sends any, or
    else what devbox knows."""
    arguments = _part(attach, "arguments")
    if type not in _MAPPINGS:
        return attach
    name, host, there = _MAPPINGS[type]
    if arguments.get(name):
        return attach
    mappings = [{host: pair.host, there: pair.there} for pair in pairs]
    return attach | {"arguments": arguments | {name: mappings}} if mappings else attach


def as_the_service(attach: Message) -> Message:
    """An `attach` to a child, as the server takes it for which that process is no child."""
    return attach | {"arguments": {k: v for k, v in _part(attach, "arguments").items() if k != "subProcessId"}}


def greeting(type: str) -> list[Message]:
    """What the relay itself asks of a server once a process is attached."""
    expression = dialect(type).greeting
    return [_own(1, "evaluate", {"expression": expression, "context": "hover"})] if expression else []


def release(type: str, sources: Iterable[Message]) -> list[Message]:
    """What has a process go on that is left where its server would leave it standing, with breakpoints in `sources`."""
    if not dialect(type).keeps:
        return []
    asked: list[tuple[str, Message]] = [
        *(("setBreakpoints", {"source": source, "breakpoints": []}) for source in sources),
        ("continue", {"threadId": 1}),
    ]
    return [_own(number, command, arguments) for number, (command, arguments) in enumerate(asked, 2)]


def disconnect() -> Message:
    """In the name of an editor that has hung up."""
    return _own(0, "disconnect", {"terminateDebuggee": False})


def is_own(response: Message) -> bool:
    """Whether it answers what the relay itself asked."""
    number = response.get("request_seq")
    return response.get("type") == "response" and isinstance(number, int) and number >= OWN


def comes_back(terminated: Message) -> Message:
    """The end of a session that the editor is to begin anew at once."""
    return terminated | {"body": _part(terminated, "body") | {"restart": True}}


def terminated(*, restart: bool) -> Message:
    """That the debuggee is gone; `restart`: the editor is to attach again at once."""
    message: Message = {"seq": OWN, "type": "event", "event": "terminated"}
    return comes_back(message) if restart else message


def printed(text: str) -> Message:
    """A line for the editor's debug console."""
    return {"seq": OWN, "type": "event", "event": "output", "body": {"category": "important", "output": f"{text}\n"}}


def answer(request: Message, body: Mapping[str, Any] | None = None) -> Message:
    """A request granted."""
    head = {"seq": OWN, "type": "response", "request_seq": request.get("seq", 0), "command": request.get("command", "")}
    return {**head, "success": True, "body": dict(body or {})}


def refusal(request: Message, text: str) -> Message:
    """A request refused, with what the editor shows its user."""
    error = {"id": 1, "format": "{text}", "variables": {"text": text}, "showUser": True}
    return answer(request, {"error": error}) | {"success": False, "message": text}


def _own(number: int, command: str, arguments: Mapping[str, Any]) -> Message:
    return {"seq": OWN + number, "type": "request", "command": command, "arguments": dict(arguments)}


def _part(message: Mapping[str, Any], name: str) -> Message:
    """The object of that name; empty where there is none."""
    found = message.get(name)
    return dict(found) if isinstance(found, Mapping) else {}

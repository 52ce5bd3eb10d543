"""`devbox debug --listen`: ports at which editors debug services, until Ctrl-C."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from devbox.cli import launch
from devbox.cli.output import note, printable, say_json_line, stderr_style
from devbox.errors import ExitCode
from devbox.plan.names import known_services
from devbox.session.heard import Happened

if TYPE_CHECKING:
    import argparse

    from devbox.cli.project import Stack
    from devbox.ports import Outside
    from devbox.session.heard import Heard
    from devbox.session.listening import Listening


async def listen(stack: Stack, args: argparse.Namespace, outside: Outside, host: str, port: int) -> int:
    """130 when interrupted. `port` 0: one of each service's own."""
    from devbox.compose.provenance import Explainer
    from devbox.session.causes import first
    from devbox.session.doorway import ServiceDoorway
    from devbox.session.entered import Entered
    from devbox.session.listening import Listening
    from devbox.session.state import State

    state = State(project=stack.project)
    entering = Entered(stack.engine, outside, lambda: state, Explainer(stack.loaded).place if stack.loaded else None)
    says = Says(outside, as_json=args.json)
    _warn(host, args.services)
    listeners: list[Listening] = []
    for number, name in enumerate(args.services):
        service = known_services(stack.project)[name]
        doorway = ServiceDoorway(
            stack.engine, stack.project.name, service, entering, says.progress(name), number=args.container
        )
        wanted = port + number if port else 0
        listeners.append(Listening(stack.project.name, name, host, wanted, doorway, says.heard))
    _end_by_signals()
    try:
        async with asyncio.TaskGroup() as group:
            for one in listeners:
                await one.open()
            ports = {name: one.port for name, one in zip(args.services, listeners, strict=True)}
            await launch.tell(stack, args, outside, host, ports)
            for one in listeners:
                group.create_task(one.run())
    except asyncio.CancelledError:
        return ExitCode.INTERRUPTED
    except BaseExceptionGroup as failures:
        raise first(failures) from None
    finally:
        for one in listeners:
            one.close()
    return ExitCode.DONE


def _end_by_signals() -> None:
    """Who ends it otherwise than by Ctrl-C, or closes its terminal, leaves no thread standing either."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _warn(host: str, services: list[str]) -> None:
    """Whoever reaches a debugger runs what they like."""
    try:
        own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        own = host == "localhost"
    if not own:
        warning = stderr_style("warning", "yellow")
        note(f"{warning}: {host} is not this machine alone; who reaches the port runs what they like in")
        note(f"  {printable(', '.join(services))}, and nobody is asked for a password.")


class Says:
    """Who comes and goes, as lines or as JSON."""

    def __init__(self, outside: Outside, *, as_json: bool) -> None:
        self._outside = outside
        self._as_json = as_json
        self._told: dict[str, set[str]] = {}

    def progress(self, service: str) -> Callable[[str], None]:
        """For what is being done to reach the service; what is tried again and again is told once."""

        def tell(text: str) -> None:
            told = self._told.setdefault(service, set())
            if text not in told:
                told.add(text)
                self._say(service, "progress", printable(text), text=text)

        return tell

    def heard(self, heard: Heard) -> None:
        """For what a listener tells."""
        self._told.pop(heard.service, None)
        more = {"address": heard.address, "editor": heard.editor, "container": heard.container, "text": heard.text}
        self._say(heard.service, heard.what.value, _line(heard), **{k: v for k, v in more.items() if v})

    def _say(self, service: str, event: str, line: str, **more: str) -> None:
        if self._as_json:
            say_json_line({"time": self._outside.now(), "service": service, "event": event, **more})
        else:
            note(f"{stderr_style(printable(service), 'bold')}: {line}")


def _line(heard: Heard) -> str:
    editor, container, text = map(printable, (heard.editor, heard.container, heard.text))
    match heard.what:
        case Happened.OPEN:
            opened = f"{stderr_style(heard.address, 'green')} is open for an editor, until Ctrl-C"
            return f"{opened} ({text})" if text else opened
        case Happened.CAME:
            return f"{editor} came"
        case Happened.ATTACHED:
            return f"{editor} debugs {container}"
        case Happened.REFUSED:
            return f"{editor} was refused: {text}"
        case Happened.AWAY:
            return f"{container} is gone; {editor} {text}"
        case Happened.LEFT:
            return f"{editor} left{f': {text}' if text else ''}"

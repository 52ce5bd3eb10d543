"""How services answer: their own healthcheck run once now, and its URL asked from outside at the published port."""

from __future__ import annotations

import asyncio
import re
import time

from devbox.plan.observed import Container, Detail, HealthState
from devbox.ports import Engine
from devbox.record import dataclass

_NANO = 1e9
_DEFAULT_TIMEOUT = 30.0
_HTTP_TIMEOUT = 5.0
_URL = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\]):(\d+)(/[^\s'\"|;)]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question and what came back; `seconds` it took."""

    service: str
    container: str
    question: str
    ok: bool
    text: str
    seconds: float


async def ask(engine: Engine, container: Container) -> tuple[Answer, ...]:
    """Ask a running container; nothing to ask (no healthcheck) gives one answer that says so."""
    detail = container.detail or (await engine.inspect(container.id)).detail or Detail()
    command = probe_command(detail.test)
    if not command:
        ok = container.health in (HealthState.NONE, HealthState.HEALTHY)
        text = "runs (no healthcheck to ask)"
        return (_answer(container, "state", ok=ok, text=text, started=time.monotonic()),)
    answers = [await _probe(engine, container, detail, command)]
    for port, path in dict.fromkeys(_URL.findall(" ".join(detail.test))):
        for binding in container.bindings:
            if binding.container_port == int(port) and binding.host_port and binding.protocol == "tcp":
                host = binding.host_ip if binding.host_ip not in ("", "0.0.0.0", "::") else "127.0.0.1"
                answers.append(await _get(container, host, binding.host_port, path or "/"))
                break
    return tuple(answers)


def probe_command(test: tuple[str, ...]) -> tuple[str, ...]:
    """The healthcheck as a command to exec; empty: there is none."""
    match test:
        case ("CMD", *words):
            return tuple(words)
        case ("CMD-SHELL", script):
            return ("/bin/sh", "-c", script)
        case _:
            return ()


async def _probe(engine: Engine, container: Container, detail: Detail, command: tuple[str, ...]) -> Answer:
    started = time.monotonic()
    limit = detail.timeout / _NANO or _DEFAULT_TIMEOUT
    try:
        result = await engine.exec(container.id, command, timeout=limit)
    except TimeoutError:
        return _answer(container, "healthcheck", ok=False, text=f"no end within {limit:g} s", started=started)
    text = _first_line(result.output) or f"exit code {result.exit_code}"
    return _answer(container, "healthcheck", ok=result.exit_code == 0, text=text, started=started)


async def _get(container: Container, host: str, port: int, path: str) -> Answer:
    started = time.monotonic()
    question = f"GET http://{host}:{port}{path}"
    try:
        async with asyncio.timeout(_HTTP_TIMEOUT):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n".encode())
                await writer.drain()
                head, _, body = (await reader.read(65536)).partition(b"\r\n\r\n")
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        text = f"no answer within {_HTTP_TIMEOUT:g} s" if isinstance(error, TimeoutError) else str(error)
        return _answer(container, question, ok=False, text=text, started=started)
    status = head.split(b"\r\n", 1)[0].decode(errors="replace").partition(" ")[2]
    text = f"{status}  {_first_line(body.decode(errors='replace'))}".rstrip()
    return _answer(container, question, ok=status[:1] in ("2", "3"), text=text, started=started)


def _answer(container: Container, question: str, *, ok: bool, text: str, started: float) -> Answer:
    return Answer(
        service=container.service,
        container=container.name,
        question=question,
        ok=ok,
        text=text,
        seconds=time.monotonic() - started,
    )


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")

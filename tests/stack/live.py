"""Edits of the source of a stack, and what comes of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.eventually import eventually
from tests.stack.stack import Stack


def source(stack: Stack, name: str) -> Path:
    """A module of the application, in the copy of the stack."""
    return stack.folder / "docker/app/src/jobs" / name


@contextmanager
def edits(*paths: Path) -> Iterator[None]:
    """Within, these files may be edited, made and deleted; afterwards they are as they were."""
    before = {path: path.read_text() if path.exists() else None for path in paths}
    try:
        yield
    finally:
        for path, text in before.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(text)


@contextmanager
def watching(stack: Stack, log: Path) -> Iterator[None]:
    """Within, `devbox watch` runs."""
    command = [sys.executable, "-m", "devbox", "-e", stack.environment, "-p", stack.project, "watch", "--no-up"]
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=stack.folder, env=os.environ | stack.variables, stdout=file, stderr=file
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            finally:
                process.kill()


def says(stack: Stack, word: str) -> None:
    """Save an API that says so when it is asked whether it lives."""
    _answer(stack, f'"{word}"')


def repeats(stack: Stack, words: list[Path]) -> None:
    """Save an API that says the WORD of each of these modules then."""
    modules = [path.stem for path in words]
    _answer(stack, " + ".join(f"{module}.WORD" for module in modules))
    api = source(stack, "api.py")
    api.write_text(
        api.read_text().replace("from jobs import database,", f"from jobs import {', '.join(modules)}, database,")
    )


def _answer(stack: Stack, expression: str) -> None:
    api = source(stack, "api.py")
    text, count = re.subn(r'{"status": "live".*}', f'{{"status": "live", "word": {expression}}}', api.read_text())
    assert count == 1
    api.write_text(text)


def said(stack: Stack) -> str:
    """What the API says when it is asked that."""
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.port('api', 8000)}/health/live", timeout=20) as answer:
        return str(json.load(answer).get("word", ""))


async def heard(stack: Stack, word: str) -> None:
    """Wait until the API says so."""
    await eventually(lambda: said(stack) == word, timeout=60, message=f"the API never said {word!r}")


async def is_found(stack: Stack, service: str, health: str, words: str = "") -> None:
    """Wait until the service's health check finds this, and says so."""

    def found() -> bool:
        state = stack.container(service).attrs["State"]["Health"]
        return state["Status"] == health and words in state["Log"][-1]["Output"]

    await eventually(found, timeout=60, message=f"{service} is never {health}")


def reloads(stack: Stack, service: str) -> int:
    """How often the service was reloaded so far."""
    return int(stack.container(service).logs().count(b'"message": "reloaded"'))


def served_by(stack: Stack, service: str) -> list[str]:
    """The processes in its container that do the service's work, as the container numbers them."""
    return str(
        stack.container(service).exec_run(["pgrep", "--parent", "1", "--full", "python -m live"]).output, "utf-8"
    ).split()

"""gdb in a container of its own, beside the one that is debugged: the image needs nothing for it.

Verified with gdb of another release than the target's system: it is given the target's own executable, copied, since it
takes /proc/PID/root/... for its own file of that name, and a wrong one crashes the target.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any

from devbox.compose.model import Build
from devbox.errors import DevboxError, EngineError
from devbox.plan.steps import ContainerSpec
from devbox.ports import Builder, BuildRequest, Engine, Outside
from devbox.record import dataclass
from devbox.session.attach_inject import Denied
from devbox.session.attach_look import Look, Seen
from devbox.session.inside.gdb import COMPLAINTS, GDB, LOAD, OPTIONS

_DOCKERFILE = """\
FROM {base}
USER 0
RUN apt-get update && apt-get install -y --no-install-recommends gdb && rm -rf /var/lib/apt/lists/*
"""
_SCRIPT = 'cat /proc/$PID/exe > /tmp/exe; printf %s "$COMMANDS" > /tmp/commands; exec gdb "$@"'
_ROOT = ["SYS_PTRACE", "DAC_READ_SEARCH"]
"""What the kernel asks for where the process may not be looked into by its own user."""
_ENDING = 5.0
"""Seconds for which gdb is waited for by who does not want it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Leave to make a side container, its image being built once on top of the image `base`, which has apt."""

    builder: Callable[[Engine], Builder]
    base: str

    @property
    def dockerfile(self) -> str:
        return _DOCKERFILE.format(base=self.base)

    @property
    def image(self) -> str:
        return f"devbox-debug:gdb-{hashlib.sha256(self.dockerfile.encode()).hexdigest()[:12]}"


def allowed(outside: Outside) -> Beside | None:
    """As the user's settings have it."""
    base = outside.settings.debug_image
    return Beside(builder=outside.builder, base=base) if base else None


async def ready(engine: Engine, beside: Beside, tell: Callable[[str], None]) -> None:
    """Make sure of the image."""
    if await engine.image(beside.image) is not None:
        return
    tell(f"building {beside.image}: gdb on top of {beside.base}, once")
    with tempfile.TemporaryDirectory() as empty:
        build = Build(context=empty, dockerfile_inline=beside.dockerfile)
        request = BuildRequest(project="devbox", service="debug", image=beside.image, build=build)
        async with aclosing(beside.builder(engine).build(request)) as batches:
            async for _ in batches:
                pass


async def run(engine: Engine, beside: Beside, found: Look, target: Seen, folder: str, privileged: bool) -> None:
    """Have gdb load debugpy, which lies in `folder`, in the process; DevboxError with what it complains of.

    Cancelled, it goes to its end all the same: the process would die with a gdb that is killed in the middle of a call.
    """
    name = f"devbox-debug-{secrets.token_hex(6)}"
    body = _body(beside.image, found.container.id, target, folder, privileged)
    spec = ContainerSpec(name=name, service="", number=1, image=beside.image, body=body)
    working = asyncio.ensure_future(_to_its_end(engine, spec))
    try:
        code, said = await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working], timeout=_ENDING)
        raise
    wrong = [line for line in said if any(word in line for word in COMPLAINTS)]
    if wrong and any("ermi" in line for line in wrong) and not privileged:
        raise Denied(wrong[0])
    if code or wrong:
        raise DevboxError(f"gdb beside {found.container.name} failed: {(wrong or said[-1:] or [str(code)])[0]}")


async def _to_its_end(engine: Engine, spec: ContainerSpec) -> tuple[int, list[str]]:
    """Its exit code and what it said; it is gone then. Where devbox itself ends, it is left to end alone."""
    side = await engine.create_container(spec)
    try:
        await engine.start(side)
        code = await engine.wait(side)
        said = await _said(engine, side)
    except EngineError:
        await _remove(engine, side)
        raise
    await _remove(engine, side)
    return code, said


async def _remove(engine: Engine, side: str) -> None:
    with suppress(EngineError):
        await engine.remove(side, force=True, volumes=True)


def _body(image: str, container: str, target: Seen, folder: str, privileged: bool) -> Mapping[str, Any]:
    script = GDB.format(load=LOAD.format(f"{folder}/listen.py"))
    root = f"/proc/{target.pid}/root"
    command = [*OPTIONS, "-iex", f"set sysroot {root}", "-iex", "set exec-file-mismatch off", "/tmp/exe"]
    return {
        "Image": image,
        "Entrypoint": ["sh", "-ec", _SCRIPT, "gdb"],
        "Cmd": [*command, "-p", str(target.pid), "--batch", "-x", "/tmp/commands"],
        "Env": [f"PID={target.pid}", f"COMMANDS={script}", "HOME=/tmp"],
        "User": "0:0" if privileged else f"{target.uid}:{target.gid}",
        "HostConfig": {
            "PidMode": f"container:{container}",
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": _ROOT if privileged else [],
            "SecurityOpt": ["no-new-privileges:true"],
            "Tmpfs": {"/tmp": "mode=1777"},
        },
    }


async def _said(engine: Engine, container: str) -> list[str]:
    found: list[str] = []
    async with aclosing(engine.logs(await engine.inspect(container), follow=False)) as batches:
        async for batch in batches:
            found += [line.text for line in batch if line.text.strip()]
    return found

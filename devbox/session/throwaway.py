"""Asking an image's package manager which updates wait, in a container that is gone afterwards."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from devbox.errors import EngineError, EngineLost, NoEngine
from devbox.hardening.updates import Update, updates
from devbox.plan.steps import ContainerSpec

if TYPE_CHECKING:
    from devbox.ports import Engine

_LIMIT = 180.0
"""Seconds that reading the package lists may take."""
_MARK = "devbox: simulation"
_SCRIPT = f"""
if ! command -v apt-get > /dev/null; then
    [ ! -r /etc/os-release ] || . /etc/os-release
    echo "${{PRETTY_NAME:-a system}}"
    exit 3
fi
options='-o APT::Sandbox::User=root -o Acquire::Retries=1 -o Debug::NoLocking=true'
apt-get $options -o APT::Update::Error-Mode=any -q update 2>&1 || exit 4
echo '{_MARK}'
apt-get $options --simulate upgrade 2>&1 || exit 5
"""
_BODY = {
    "Entrypoint": ["sh", "-c"],
    "Cmd": [_SCRIPT],
    "User": "0:0",
    "Env": ["LC_ALL=C"],
    "Healthcheck": {"Test": ["NONE"]},
    "HostConfig": {
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "Memory": 1 << 30,
        "PidsLimit": 64,
        "Tmpfs": {"/tmp": "size=64m", "/var/lib/apt/lists": "size=512m", "/var/cache/apt": "size=512m"},
    },
}
"""Nothing of the service is there: not its networks, volumes, secrets or settings."""


async def waiting_updates(engine: Engine, image: str) -> tuple[Update, ...] | str:
    """What apt would upgrade in the image by its archives' lists of now; a sentence where that cannot be asked."""
    name = f"devbox-scan-{secrets.token_hex(6)}"
    spec = ContainerSpec(name=name, service="", number=1, image=image, body={**_BODY, "Image": image})
    try:
        container = await engine.create_container(spec)
    except (NoEngine, EngineLost):
        raise
    except EngineError as error:
        return f"no container of {image} can be made: {error.message}"
    try:
        await engine.start(container)
        async with asyncio.timeout(_LIMIT):
            code = await engine.wait(container)
        output = await _output(engine, container)
    except TimeoutError:
        return f"apt in {image} did not answer within {_LIMIT:.0f} s: pending updates not looked at"
    except (NoEngine, EngineLost):
        raise
    except EngineError as error:
        return f"{image} has no shell to ask with: pending updates not looked at ({error.message})"
    finally:
        with suppress(EngineError):
            await asyncio.shield(engine.remove(container, force=True, volumes=True))
    return _read(image, code, output)


async def _output(engine: Engine, container: str) -> list[str]:
    found: list[str] = []
    async with aclosing(engine.logs(await engine.inspect(container), follow=False)) as batches:
        async for batch in batches:
            found += [line.text for line in batch]
    return found


def _read(image: str, code: int, output: list[str]) -> tuple[Update, ...] | str:
    last = output[-1] if output else "it said nothing"
    match code:
        case 0:
            return updates("\n".join(output[output.index(_MARK) :]))
        case 3:
            return f"{image} is {last} without apt: pending updates not looked at"
        case 4:
            complaint = next((line for line in output if line.startswith(("E:", "Err:"))), last)
            return f"apt in {image} cannot read its archives: pending updates not looked at ({complaint})"
        case _:
            return f"apt in {image} ended with {code}: pending updates not looked at ({last})"

"""develop.watch on the real engine: what git changes at once is sent at once, and the service reloads once."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import aclosing

from devbox.adapters.host_tree import HostTree
from devbox.session.verify import verify
from devbox.sync.told import Reloaded, Synced
from tests.scenarios.stack import Stack
from tests.scenarios.watching import begin, watching

FILES = 5_000


def git(stack: Stack, *words: str, input: str = "") -> None:
    subprocess.run(["git", *words], cwd=stack.folder, input=input, text=True, check=True, capture_output=True)


def branch(name: str) -> str:
    """For `git fast-import`: files that each have a content of their own on this branch."""
    lines = [f"commit refs/heads/{name}", "committer a <a@b.c> 1 +0000", "data 0"]
    for number in range(FILES):
        content = f"{name} {number}"
        lines += [f"M 644 inline src/d{number // 100:02}/f{number}", f"data {len(content)}", content]
    return "\n".join([*lines, ""])


async def test_a_checkout_of_5000_files_is_one_batch_and_one_reload(stack: Stack) -> None:
    await begin(stack, rule="initial_sync: false, x-devbox: {reload: {exec: [touch, /reloaded]}}")
    (stack.folder / "src" / "main.py").unlink()
    git(stack, "init")
    git(stack, "fast-import", input=branch("old") + branch("new"))
    git(stack, "checkout", "old")
    async with watching(stack) as watch:
        await asyncio.to_thread(git, stack, "checkout", "new")
        synced = await watch.tells(Synced)
        assert isinstance(synced, Synced)
        assert len([path for path in synced.paths if "/f" in path]) == FILES
        await watch.tells(Reloaded)
        every = verify(stack.engine, HostTree(), stack.project(), watch.watch.rules, watch.watch.ledgers)
        async with aclosing(every) as found:
            assert [one.differences async for one in found] == [()]
        told = [type(one) for one in watch.told if isinstance(one, Synced | Reloaded)]
        assert told == [Synced, Reloaded]

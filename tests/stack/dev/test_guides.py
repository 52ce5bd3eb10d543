"""The commands in the guides' console blocks, typed for real on the reference stack."""

from __future__ import annotations

import shlex

import pytest

from tests.eventually import eventually
from tests.guides.reading import console, texts
from tests.stack.stack import Stack

COMMANDS = list(dict.fromkeys(shlex.join(words) for text in texts().values() for words in console(text)))


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_of_a_guide_does_what_it_says(command: str, dev: Stack, stage: Stack) -> None:
    words = shlex.split(command)
    stack = dev
    if words[0] == "-e":
        stack = {"dev": dev, "stage": stage}[words[1]]
        words = words[2:]
    # Another test may have set the stack going anew a moment ago.
    await eventually(lambda: stack.devbox(*words) or True, timeout=60)

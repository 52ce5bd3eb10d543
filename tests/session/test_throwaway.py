"""Asking an image for its updates, on an engine that goes away meanwhile."""

from __future__ import annotations

import pytest

from devbox.errors import EngineLost
from devbox.session.throwaway import waiting_updates
from tests.fakes import FakeEngine
from tests.real import IMAGE


@pytest.mark.parametrize("call", ["create_container", "wait"])
async def test_that_is_no_word_on_the_image(
    fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    async def lost(*given: object) -> None:
        raise EngineLost("The engine went away.")

    monkeypatch.setattr(fake_engine, call, lost)
    with pytest.raises(EngineLost):
        await waiting_updates(fake_engine, IMAGE)

"""A session makes the secrets that an environment lacks, and does not start what has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from devbox.plan.commands import Up
from devbox.session.commands import MakeSecrets, Switch
from devbox.session.state import Phase
from tests.fakes import FakeEngine
from tests.session.test_session import ended
from tests.session.world import opened

STAGE = """
name: shop
services:
  api: {image: "devbox-test/busybox:latest", user: "999", secrets: [db]}
secrets:
  db: {file: ./secrets/db}
"""
DEV = """
name: shop
services:
  api: {image: "devbox-test/busybox:latest"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "devbox.yaml").write_text("environments: {dev: {files: [dev.yaml]}, stage: {files: [stage.yaml]}}")
    (tmp_path / "dev.yaml").write_text(DEV)
    (tmp_path / "stage.yaml").write_text(STAGE)
    return tmp_path


async def test_a_switch_makes_what_the_new_environment_lacks(fake_engine: FakeEngine, folder: Path) -> None:
    secret = folder / "secrets/db"
    async with opened(fake_engine, folder) as session:
        assert session.missing_secrets("dev") == ()
        assert session.missing_secrets("stage") == (str(secret),)
        done = await ended(session, session.command(Switch(environment="stage", make_secrets=True)))
        assert done.phase is Phase.DONE
        assert secret.is_file()
        assert session.missing_secrets("stage") == ()
        assert f"Made db in {secret.parent}." in [notice.text for notice in session.store.state.notices]


async def test_up_is_refused_until_they_are_made(fake_engine: FakeEngine, folder: Path) -> None:
    async with opened(fake_engine, folder, "stage") as session:
        refused = await ended(session, session.command(Up()))
        assert refused.phase is Phase.FAILED
        assert refused.hint == "`devbox -e stage secrets init` makes what is missing"
        assert fake_engine.calls == []
        assert (await ended(session, session.command(MakeSecrets()))).phase is Phase.DONE
        assert (await ended(session, session.command(Up()))).phase is Phase.DONE

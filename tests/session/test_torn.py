"""What was on its way into a container when a connection was lost is known, once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from devbox.adapters.host_tree import HostTree
from devbox.adapters.ledger_files import LocalLedgers
from devbox.errors import EngineLost
from devbox.ports import Owner
from devbox.session.delivery import Destination, Grounds
from devbox.session.ledgers import Ledgers
from devbox.session.sending import Sender
from devbox.sync.patterns import Patterns
from devbox.sync.rules import Action, Rule


class Cut:
    """An engine that goes away while it is written to."""

    async def put_files(self, container: str, directory: str, archive: Iterable[bytes], **more: bool) -> None:
        raise EngineLost("gone")


async def test_what_was_being_written_when_the_engine_went_away_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a").write_text("x")
    (tmp_path / "src" / "b").write_text("x")
    none = Patterns(())
    rule = Rule(
        service="api",
        index=0,
        action=Action.SYNC,
        root=str(tmp_path / "src"),
        target="/app",
        initial=True,
        ignored=none,
        included=none,
    )
    to = Destination(id="1", name="api-1", service="api", body={}, grounds=Grounds({}), owner=Owner())
    ledgers = Ledgers(LocalLedgers({"XDG_STATE_HOME": str(tmp_path)}), "shop")
    sender = Sender(Cut(), HostTree(), to, ledgers, [rule], lambda: 0.0)  # type: ignore[arg-type]
    with pytest.raises(EngineLost):
        await sender.send(await sender.look(rule, {"a"}))
    assert [await ledgers.torn(to, rule), await ledgers.torn(to, rule)] == [{"a"}, set()]
    assert await sender.lacking(await sender.look(rule, {"a", "b"})) == 2

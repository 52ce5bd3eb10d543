"""Ready, degraded and down, and checks that do not hang."""

from __future__ import annotations

import asyncio

from jobs.health import Check, Finding, Readiness, judge

UP = Finding(ok=True, seconds=0.0)
AWAY = Finding(ok=False, seconds=0.0, error="gone")


def test_what_is_wanted_degrades_and_what_is_needed_decides() -> None:
    assert judge(needed={"a": UP}, wanted={"b": UP})[0] is Readiness.READY
    assert judge(needed={"a": UP}, wanted={"b": AWAY})[0] is Readiness.DEGRADED
    assert judge(needed={"a": AWAY}, wanted={"b": UP})[0] is Readiness.DOWN


def test_a_check_that_hangs_is_asked_once_and_answered_in_time() -> None:
    asked = 0

    async def never() -> None:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()

    async def twice() -> list[Finding]:
        check = Check(never)
        return [await check(0.01), await check(0.01)]

    findings = asyncio.run(twice())
    assert asked == 1
    assert [finding.error for finding in findings] == ["no answer within 0.01 s"] * 2

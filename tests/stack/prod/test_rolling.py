"""A changed setting reaches every replica of the API while clients go on asking, and none of them notices."""

from __future__ import annotations

from dataclasses import replace

from tests.stack.hammer import hammering
from tests.stack.production import Production


def levels(prod: Production) -> dict[str, str]:
    """Container id -> its LOG_LEVEL."""
    found = {}
    for container in prod.containers("api"):
        found[str(container.id)] = dict(line.split("=", 1) for line in container.attrs["Config"]["Env"])["LOG_LEVEL"]
    return found


async def test_replicas_are_recreated_without_a_failed_request(prod: Production) -> None:
    await prod.serves(2)
    before = levels(prod)
    changed = replace(prod, variables={**prod.variables, "LOG_LEVEL": "warning"})
    with hammering(prod.port("proxy", 8080)) as tally:
        changed.devbox("up", "api")
    after = levels(prod)
    assert tally.failures == [], f"{len(tally.failures)} of {tally.count}"
    assert len(tally.answered) == 3, tally.answered
    assert list(after.values()) == ["warning", "warning"]
    assert not before.keys() & after.keys()

"""Whatever is done to a folder and whatever befalls the containers, in the end all have what the folder has."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.real import remove_project
from tests.scenarios.stack import Stack
from tests.sync_random import tree
from tests.sync_random.world import World

pytestmark = pytest.mark.engine

SECONDS = float(os.environ.get("DEVBOX_SYNC_SECONDS", "0"))
"""How long to go on with other operations each time; 0: the same bounded run each time."""
FAULTS = ("restart", "stop_and_start", "kill", "recreate", "pause", "kill_helpers", "fill", "cut")
OPERATIONS, HITS = 1000, len(FAULTS)
"""So many operations and faults at least."""
_CONTAINERS = ("layer-1", "layer-2", "one-1", "two-1", "memory-1", "mixed-1")
_number = st.integers(0, 10_000)
_operations = st.lists(st.tuples(_number, _number, _number, _number), min_size=40, max_size=80)


@pytest.fixture
def world(busybox: str, project_name: str, tmp_path: Path) -> Iterator[World]:
    made = World(Stack(project_name, tmp_path, None), tmp_path)  # type: ignore[arg-type]
    with made.live():
        yield made
    remove_project(project_name)


def test_in_the_end_all_have_what_the_folder_has(world: World) -> None:
    done: Counter[str] = Counter()
    turns = cycle(FAULTS)

    class Machine(RuleBasedStateMachine):
        @initialize()
        def nothing(self) -> None:
            for path in world.src.iterdir():
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

        @rule(operations=_operations)
        def change(self, operations: list[tree.Operation]) -> None:
            for one in operations:
                done[tree.apply(world.src, one)] += 1

        @rule(container=st.sampled_from(_CONTAINERS), before=_operations)
        def befall(self, container: str, before: list[tree.Operation]) -> None:
            self.change(before)
            world.mend()
            fault = next(turns)
            world.befall(fault, container)
            done[f"fault: {fault}"] += 1

        @rule()
        def rest(self) -> None:
            world.settle()

        def teardown(self) -> None:
            world.settle()

    def counted() -> tuple[int, int]:
        faults = sum(count for name, count in done.items() if name.startswith("fault"))
        return done.total() - faults, faults

    begun = time.monotonic()
    try:
        for number in range(1, 10_000):
            run_state_machine_as_test(seed(secrets.randbits(32) if SECONDS else number)(Machine), settings=_settings())
            enough = all(count >= least for count, least in zip(counted(), (OPERATIONS, HITS), strict=True))
            if enough and time.monotonic() - begun > SECONDS:
                break
    finally:
        operations, faults = counted()
        print(f"{operations} operations, {faults} faults in {time.monotonic() - begun:.0f} s: {dict(done)}")


def _settings() -> settings:
    return settings(
        max_examples=10 if SECONDS else 6,
        stateful_step_count=10,
        derandomize=False,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )

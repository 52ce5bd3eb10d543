"""What a storm has brought is told once."""

from __future__ import annotations

from devbox.compose.model import Service, WatchRule
from devbox.ports import Owner
from devbox.session.delivery import Destination, Grounds
from devbox.session.gathering import Gathering
from devbox.sync.rules import Rule, rules
from devbox.sync.told import Synced, SyncFailed, Told

TO = Destination(id="1", name="app-1", service="app", body={}, grounds=Grounds({}), owner=Owner())
(RULE,) = rules([Service(name="app", watch=(WatchRule(action="sync", path="/src", target="/app"),))], lambda folder: ())


def synced(*paths: str, deleted: tuple[str, ...] = (), initial: bool = False) -> Synced:
    return Synced(
        service="app", container="app-1", paths=paths, deleted=deleted, size=len(paths), seconds=0.5, initial=initial
    )


class World:
    def __init__(self) -> None:
        self.told: list[Told] = []
        self.done: list[tuple[Rule, frozenset[str], float]] = []
        self.gathering = Gathering(self.told.append, self.then)

    def then(self, rule: Rule, paths: frozenset[str], to: Destination, since: float) -> None:
        self.done.append((rule, paths, since))


def test_outside_a_storm_all_is_passed_on_at_once() -> None:
    world = World()
    world.gathering.tell(synced("/app/a"))
    world.gathering.then(RULE, frozenset(["a"]), TO, 1.0)
    assert (world.told, world.done) == ([synced("/app/a")], [(RULE, frozenset(["a"]), 1.0)])


def test_in_a_storm_it_is_kept_until_that_is_over_and_all_is_there() -> None:
    world = World()
    world.gathering.storm = True
    for name in "ab":
        world.gathering.tell(synced(f"/app/{name}"))
        world.gathering.then(RULE, frozenset(name), TO, float(ord(name)))
    world.gathering.settled("app-1")
    assert (world.told, world.done) == ([], [])
    world.gathering.storm = False
    world.gathering.tell(synced("/app/c"))
    world.gathering.settled("app-1")
    (told,) = world.told
    assert isinstance(told, Synced)
    assert (told.paths, told.size) == (("/app/a", "/app/b", "/app/c"), 3)
    assert world.done == [(RULE, frozenset("ab"), float(ord("a")))]


def test_what_was_written_and_deleted_again_counts_as_it_ended() -> None:
    world = World()
    world.gathering.storm = True
    world.gathering.tell(synced("/app/a", "/app/b"))
    world.gathering.tell(synced("/app/c", deleted=("/app/a",)))
    world.gathering.tell(synced(deleted=("/app/c",)))
    world.gathering.tell(synced("/app/c"))
    world.gathering.storm = False
    world.gathering.settled("app-1")
    (told,) = world.told
    assert isinstance(told, Synced)
    assert (told.paths, told.deleted) == (("/app/b", "/app/c"), ("/app/a",))


def test_a_failure_and_the_first_filling_are_told_at_once() -> None:
    world = World()
    world.gathering.storm = True
    world.gathering.tell(SyncFailed(service="app", container="app-1", error="no space"))
    world.gathering.tell(synced("/app/a", initial=True))
    assert len(world.told) == 2

"""Records behave as the standard frozen dataclasses they stand in for."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping
from dataclasses import field
from typing import Any

import pytest

from devbox import record


@record.dataclass(frozen=True, slots=True, kw_only=True)
class Pot:
    name: str
    size: int = 3
    herbs: Mapping[str, int] = field(default_factory=dict)

    @property
    def large(self) -> bool:
        return self.size > 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    name: str
    size: int = 3
    herbs: Mapping[str, int] = field(default_factory=dict)


@record.dataclass(frozen=True, slots=True)
class Spot:
    row: int
    column: int = 0


def test_defaults_and_factories_fill_what_is_not_given() -> None:
    one, other = Pot(name="a"), Pot(name="b", size=9)
    assert (one.size, one.herbs, one.large) == (3, {}, False)
    assert other.large
    assert one.herbs is not other.herbs


def test_a_record_reads_as_the_standard_one() -> None:
    assert repr(Pot(name="a")) == repr(Standard(name="a")).replace("Standard", "Pot")


def test_records_are_equal_by_value_and_type() -> None:
    assert Pot(name="a") == Pot(name="a")
    assert Pot(name="a") != Pot(name="b")
    assert Pot(name="a") != Standard(name="a")
    assert Spot(1) != (1, 0)


def test_records_hash_by_value() -> None:
    assert len({Spot(1), Spot(1), Spot(2)}) == 2
    with pytest.raises(TypeError):
        hash(Pot(name="a"))


@pytest.mark.parametrize("change", [lambda pot: setattr(pot, "size", 1), lambda pot: delattr(pot, "size")])
def test_a_record_cannot_be_changed(change: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        change(Pot(name="a"))


def test_a_record_has_no_other_attributes() -> None:
    assert not hasattr(Pot(name="a"), "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        Pot(name="a").colour = "red"  # type: ignore[attr-defined]


@pytest.mark.parametrize("call", [lambda: Pot(), lambda: Pot(name="a", nose=1), lambda: Pot("a")])  # type: ignore[call-arg, misc]
def test_wrong_arguments_are_refused(call: Any) -> None:
    with pytest.raises(TypeError):
        call()


def test_the_standard_functions_take_a_record() -> None:
    pot = dataclasses.replace(Pot(name="a"), size=7)
    assert dataclasses.asdict(pot) == {"name": "a", "size": 7, "herbs": {}}
    assert [one.name for one in dataclasses.fields(pot)] == ["name", "size", "herbs"]


def test_records_are_copied_and_pickled() -> None:
    pot = Pot(name="a", herbs={"dill": 1})
    assert copy.deepcopy(pot) == pot
    assert pickle.loads(pickle.dumps(pot)) == pot


def test_positional_records_match_by_position() -> None:
    match Spot(1, 2):
        case Spot(row, column):
            assert (row, column) == (1, 2)


def test_other_forms_are_refused() -> None:
    with pytest.raises(TypeError, match="frozen"):
        record.dataclass(frozen=False, slots=True)(type("Loose", (), {}))

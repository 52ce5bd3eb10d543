"""When a storm of changes is over."""

from __future__ import annotations

import pytest

from devbox.adapters.storm import QUIET, QUIET_LONGEST, Storm

LONG_AGO = 1000.0


def test_one_that_never_paused_is_over_soon() -> None:
    storm = Storm(0.0, LONG_AGO)
    for tick in range(20):
        storm.heard(tick / 100)
    assert [storm.over(0.19 + after, checkout=False) for after in (QUIET - 0.01, QUIET + 0.01)] == [False, True]


def test_one_that_paused_is_given_more_time() -> None:
    storm = Storm(0.0, LONG_AGO)
    storm.heard(0.04)
    assert [storm.over(0.04 + after, checkout=False) for after in (0.11, 0.13)] == [False, True]


def test_one_that_follows_at_once_is_the_same_and_given_more_time() -> None:
    assert Storm(0.0, since=0.1).quiet == pytest.approx(0.3)
    assert Storm(0.0, since=0.2).quiet == QUIET_LONGEST
    assert Storm(0.0, since=LONG_AGO).quiet == QUIET


def test_while_git_is_at_work_it_is_not_over_but_git_may_wait_for_somebody() -> None:
    storm = Storm(0.0, LONG_AGO)
    assert [storm.over(at, checkout=True) for at in (3.9, 4.1)] == [False, True]


def test_what_git_wrote_in_a_long_time_belongs_together_though_it_is_heard_when_git_has_ended() -> None:
    storm = Storm(0.0, LONG_AGO)
    for second in range(1, 10):
        storm.heard(float(second))
        assert not storm.over(float(second), checkout=True)
    storm.heard(9.1)
    assert not storm.over(9.1, checkout=False)


def test_one_that_does_not_end_counts_as_over_now_and_then() -> None:
    storm = Storm(0.0, LONG_AGO)
    for tick in range(1, 601):
        storm.heard(tick / 100)
    assert storm.over(6.0, checkout=False)

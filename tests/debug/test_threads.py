"""Threads as a debugger's events tell of them."""

from __future__ import annotations

from devbox.debug.model import Frame, Stop, Thread
from devbox.debug.threads import HELD, continued, listed, seen, stopped, turned

MAIN, OTHER = Thread(id=1, name="main"), Thread(id=2, name="other")
BOTH = (MAIN, OTHER)
FRAME = Frame(id=9, name="f", source=None, line=4)
HIT = {"reason": "breakpoint", "threadId": 1, "allThreadsStopped": True}


def test_one_stops_and_the_others_are_held() -> None:
    main, other = stopped(BOTH, HIT, 5.0)
    assert main.stop == Stop(reason="breakpoint", at=5.0)
    assert other.stop == Stop(reason=HELD, at=5.0)


def test_a_thread_that_was_not_known_is_by_its_stop() -> None:
    assert stopped((), {"reason": "step", "threadId": 7}, 1.0) == (
        Thread(id=7, name="thread 7", stop=Stop(reason="step", at=1.0)),
    )


def test_an_exception_is_told_with_its_words() -> None:
    body = {"reason": "exception", "threadId": 1, "text": "ValueError", "description": "no such job"}
    (main,) = stopped((MAIN,), body, 1.0)
    assert main.stop is not None
    assert main.stop.text == "ValueError: no such job"


def test_a_second_stop_leaves_the_first_where_it_stands() -> None:
    first = stopped(BOTH, HIT, 1.0)
    main, other = stopped(first, {"reason": "breakpoint", "threadId": 2, "allThreadsStopped": True}, 2.0)
    assert main.stop == Stop(reason="breakpoint", at=1.0)
    assert other.stop == Stop(reason="breakpoint", at=2.0)


def test_going_on() -> None:
    both = stopped(BOTH, HIT, 1.0)
    assert continued(both, 1, True) == BOTH
    assert continued(both, 1, False) == (MAIN, both[1])


def test_threads_begin_and_end() -> None:
    assert turned((MAIN,), {"reason": "started", "threadId": 3}) == (MAIN, Thread(id=3, name="thread 3"))
    assert turned(BOTH, {"reason": "started", "threadId": 2}) == BOTH
    assert turned(BOTH, {"reason": "exited", "threadId": 2}) == (MAIN,)


def test_a_list_names_them_and_keeps_where_they_stand() -> None:
    both = stopped((Thread(id=1, name="thread 1"),), HIT, 1.0)
    new = listed(both, [MAIN, OTHER])
    assert [(one.name, one.stop and one.stop.reason) for one in new] == [("main", "breakpoint"), ("other", None)]
    assert listed(new, [OTHER])[-1].stop == Stop(reason="breakpoint", at=1.0)


def test_frames_come_to_the_stop_they_were_asked_for_and_to_no_later_one() -> None:
    both = stopped(BOTH, HIT, 1.0)
    main, _ = seen(both, 1, 1.0, (FRAME,), 3)
    assert main.stop == Stop(reason="breakpoint", at=1.0, frames=(FRAME,), more=3)
    assert seen(continued(both, 1, True), 1, 1.0, (FRAME,), 3) == BOTH
    later = stopped(continued(both, 1, True), {**HIT, "reason": "step"}, 2.0)
    assert seen(later, 1, 1.0, (FRAME,), 3) == later

"""Who repeats itself is heard once in a while."""

from __future__ import annotations

import logging

from jobs.logs import Seldom


def test_one_record_is_let_through_and_the_next_only_after_a_while() -> None:
    seldom, record = Seldom(60), logging.makeLogRecord({"msg": "away"})
    let_through = []
    for seconds in (0, 1, 59, 60, 61, 120):
        record.created = 1000.0 + seconds
        let_through.append(seldom.filter(record))
    assert let_through == [True, False, False, True, False, True]

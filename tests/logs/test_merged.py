"""Several services' lines by time."""

from __future__ import annotations

import random

import pytest

from devbox.logs.buffer import LogBuffer
from devbox.logs.merged import MergedLog
from tests.logs.lines import line, texts

PLENTY = 1 << 30


def test_lines_of_all_services_stand_in_the_order_of_time() -> None:
    one, two = LogBuffer(100, PLENTY), LogBuffer(100, PLENTY)
    one.extend([line("a", 1), line("c", 3)])
    two.extend([line("b", 2), line("d", 4)])
    merged = MergedLog([one, two])
    assert texts(merged.slice(0, 10)) == ["a", "b", "c", "d"]


def test_a_late_line_goes_where_its_time_puts_it_and_tells_from_where_lines_moved() -> None:
    one, two = LogBuffer(100, PLENTY), LogBuffer(100, PLENTY)
    merged = MergedLog([one, two])
    one.extend([line("a", 1), line("c", 3), line("d", 4)])
    assert merged.end == 3
    before = merged.version
    two.extend([line("b", 2)])
    assert texts(merged.slice(0, 10)) == ["a", "b", "c", "d"]
    assert merged.altered(before) == 1
    assert merged.altered(merged.version) == 4


def test_lines_of_the_same_time_keep_the_order_of_their_service() -> None:
    one = LogBuffer(100, PLENTY)
    one.extend([line(str(number), 5) for number in range(20)])
    merged = MergedLog([one])
    one.extend([line(str(number), 5) for number in range(20, 30)])
    assert texts(merged.slice(0, 30)) == [str(number) for number in range(30)]


def test_a_service_added_later_brings_its_past() -> None:
    one, two = LogBuffer(100, PLENTY), LogBuffer(100, PLENTY)
    one.extend([line("b", 2)])
    two.extend([line("a", 1)])
    merged = MergedLog([one])
    assert merged.end == 1
    merged.add(two)
    assert texts(merged.slice(0, 10)) == ["a", "b"]


def test_it_begins_where_the_shortest_memory_begins() -> None:
    one, two = LogBuffer(3, PLENTY), LogBuffer(100, PLENTY)
    merged = MergedLog([one, two])
    two.extend([line("early", 0), line("late", 3)])
    one.extend([line(str(number), number) for number in range(5)])
    assert texts(merged.slice(0, 9)) == ["2", "3", "late", "4"]
    assert (merged.first, merged.end, merged.dropped) == (3, 7, 3)


def test_a_number_names_the_same_line_while_others_are_dropped() -> None:
    one, two = LogBuffer(10, PLENTY), LogBuffer(100, PLENTY)
    merged = MergedLog([one, two])
    for number in range(0, 200, 2):
        one.extend([line(str(number), number)])
        two.extend([line(str(number + 1), number + 1)])
        for place in range(merged.first, merged.end):
            assert texts(merged.slice(place, place + 1)) == [str(place)]


def test_lines_without_a_time_are_shown_even_after_some_were_dropped() -> None:
    one, two = LogBuffer(2, PLENTY), LogBuffer(100, PLENTY)
    one.extend([line("a"), line("b"), line("c")])
    two.extend([line("d")])
    merged = MergedLog([one, two])
    assert texts(merged.slice(0, 9)) == ["b", "c", "d"]


def test_random_arrival_ends_up_sorted() -> None:
    chance = random.Random(7)
    buffers = [LogBuffer(10_000, PLENTY) for _ in range(4)]
    merged = MergedLog(buffers)
    clocks = [0, 0, 0, 0]
    for _ in range(300):
        which = chance.randrange(4)
        batch = []
        for _ in range(chance.randrange(5)):
            clocks[which] += chance.randrange(1, 50)
            batch.append(line(f"{which}", clocks[which]))
        buffers[which].extend(batch)
        if chance.random() < 0.3:
            assert merged.end >= 0
    times = [one.time for one in merged.slice(0, merged.end)]
    assert times == sorted(times)
    assert len(times) == sum(buffer.end for buffer in buffers)


def test_any_part_of_a_long_log_is_that_part_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devbox.logs.merged._NEAR", 10)
    chance = random.Random(3)
    buffers = [LogBuffer(10_000, PLENTY) for _ in range(3)]
    for which, buffer in enumerate(buffers):
        for start in range(0, 900, 90):
            buffer.extend([line(f"{which} {chance.randrange(1000)}", start // 2 + at // 3) for at in range(90)])
    merged = MergedLog(buffers)
    whole = merged.slice(0, merged.end)
    assert len(whole) == merged.end == 2700
    for start in range(0, 2700, 37):
        assert merged.slice(start, start + 50) == whole[start : start + 50]

"""The ring: what is kept, and that numbers stay true."""

from __future__ import annotations

from devbox.logs.buffer import LogBuffer
from tests.logs.lines import line, texts

PLENTY = 1 << 30


def test_lines_above_the_cap_fall_out_at_the_head() -> None:
    buffer = LogBuffer(3, PLENTY)
    buffer.extend([line(str(number)) for number in range(5)])
    assert (buffer.first, buffer.end, buffer.dropped) == (2, 5, 2)
    assert texts(buffer.slice(0, 5)) == ["2", "3", "4"]


def test_a_number_names_the_same_line_while_others_are_dropped() -> None:
    buffer = LogBuffer(100, PLENTY)
    for start in range(0, 1000, 7):
        buffer.extend([line(str(number)) for number in range(start, start + 7)])
        for number in (buffer.first, buffer.end - 1):
            assert texts(buffer.slice(number, number + 1)) == [str(number)]
    assert buffer.end - buffer.first == 100


def test_bytes_are_capped_and_the_last_line_stays() -> None:
    buffer = LogBuffer(1000, 10_000)
    for number in range(50):
        buffer.extend([line(f"{number}" + "x" * 1000)])
        assert buffer.bytes <= 10_000
    assert buffer.slice(0, 50)[-1].text.startswith("49x")
    buffer.extend([line("y" * 100_000)])
    assert texts(buffer.slice(0, buffer.end)) == ["y" * 100_000]


def test_memory_of_long_lines_is_given_back_at_once() -> None:
    buffer = LogBuffer(1000, 100_000)
    for _ in range(100):
        buffer.extend([line("z" * 50_000)])
    assert sum(len(one.text) for block in buffer._blocks for one in block.lines) < 250_000


def test_a_slice_outside_of_what_is_there_is_cut() -> None:
    buffer = LogBuffer(2, PLENTY)
    buffer.extend([line("a"), line("b"), line("c")])
    assert texts(buffer.slice(0, 2)) == ["b"]
    assert buffer.slice(10, 20) == []
    assert buffer.slice(0, 1) == []


def test_every_change_changes_the_version() -> None:
    buffer = LogBuffer(10, PLENTY)
    versions = [buffer.version]
    buffer.extend([])
    assert buffer.version == versions[0]
    buffer.extend([line("a")])
    versions.append(buffer.version)
    buffer.extend([line("b")])
    versions.append(buffer.version)
    assert len(set(versions)) == 3

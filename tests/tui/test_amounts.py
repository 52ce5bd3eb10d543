"""Numbers as people read them."""

from __future__ import annotations

import pytest

from devbox.plan.observed import Binding
from devbox.tui import amounts


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0s"), (59, "59s"), (61, "1m"), (754, "12m"), (11_100, "3h 5m"), (187_200, "2d 4h"), (-3, "0s")],
)
def test_span(seconds: float, text: str) -> None:
    assert amounts.span(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0B"), (1023, "1023B"), (4608, "4.5K"), (128 << 20, "128M"), (1 << 30, "1.0G"), (3 << 50, "3072T")],
)
def test_size(count: int, text: str) -> None:
    assert amounts.size(count) == text


def test_a_port_on_ipv4_and_ipv6_shows_once() -> None:
    both = [Binding(container_port=80, host_ip=ip, host_port=8080) for ip in ("0.0.0.0", "::")]
    assert amounts.published(both) == [(8080, "8080→80")]


def test_an_exposed_port_is_no_address() -> None:
    assert amounts.published([Binding(container_port=80)]) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(9.9, "9s"), (14, "10s"), (59, "55s"), (61, "1m"), (11_100, "3h 5m"), (-3, "0s")]
)
def test_age_goes_on_in_steps_once_it_has_two_digits(seconds: float, text: str) -> None:
    assert amounts.age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0s ago"),
        (14, "10s ago"),
        (754, "12m ago"),
        (11_100, "3h ago"),
        (187_200, "2d ago"),
        (8_640_000, "14w ago"),
    ],
)
def test_ago(seconds: float, text: str) -> None:
    assert amounts.ago(seconds) == text

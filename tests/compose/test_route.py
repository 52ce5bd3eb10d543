"""Paths as one writes them."""

from __future__ import annotations

import pytest

from devbox.compose.route import Unknown, find, spell

TREE = {
    "services": {
        "api": {
            "ports": [{"target": 1}],
            "labels": {"a.b": 1, "a": {"b": 2}, "c.d": 3},
            "env": {"p.q": {"r": 1}, "p": {"q.r": 1}},
        }
    }
}

ROUTES: dict[str, tuple[str | int, ...]] = {
    "services.api.ports[0].target": ("services", "api", "ports", 0, "target"),
    "services.api.ports.0": ("services", "api", "ports", 0),
    "services.api.labels.c.d": ("services", "api", "labels", "c.d"),
    'services.api.labels."a.b"': ("services", "api", "labels", "a.b"),
    "services.api.labels['a.b']": ("services", "api", "labels", "a.b"),
    "services.api.labels.a.b": ("services", "api", "labels", "a", "b"),
}


@pytest.mark.parametrize("text", ROUTES)
def test_a_path_is_found(text: str) -> None:
    assert find(TREE, text) == ROUTES[text]
    assert find(TREE, spell(ROUTES[text])) == ROUTES[text]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("services.api.prots[0]", "services.api.ports"),
        ("services.apj.ports", "services.api"),
        ("services.api.ports.7", "services.api.ports"),
        ("service", "services"),
        ("nothing", ""),
        ("services.api.env.p.q.r", 'services.api.env."p.q".r'),
    ],
)
def test_a_path_that_does_not_exist_names_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(Unknown) as refused:
        find(TREE, text)
    assert refused.value.nearest == nearest

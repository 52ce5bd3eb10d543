"""The user's settings file and its faults."""

from __future__ import annotations

import pytest

from devbox.errors import LoadError
from devbox.settings import Settings, read_settings, settings_path


def test_nothing_said_means_the_defaults() -> None:
    assert read_settings("", "s.yaml", {}) == Settings()


def test_the_file_wins_over_the_defaults() -> None:
    assert read_settings("log_lines: 500\n", "s.yaml", {}).log_lines == 500


def test_the_environment_wins_over_the_file() -> None:
    assert read_settings("eager_health: true\n", "s.yaml", {"DEVBOX_EAGER_HEALTH": "0"}).eager_health is False


def test_keys_are_remapped_by_action() -> None:
    assert read_settings("keys:\n  restart: ctrl+r\n", "s.yaml", {}).keys == {"restart": "ctrl+r"}


def test_the_file_lies_where_the_desktop_standard_says() -> None:
    assert settings_path({"HOME": "/home/ada"}) == "/home/ada/.config/devbox/settings.yaml"
    assert settings_path({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/cfg"}) == "/cfg/devbox/settings.yaml"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("them: light\n", "s.yaml:1:1: them: no such setting (did you mean `theme`?)"),
        ("theme: light\nlog_lines: many\n", "s.yaml:2:1: log_lines: expected a number above 0"),
        ("eager_health: 3\n", "s.yaml:1:1: eager_health: expected true or false"),
        ("- a\n", "s.yaml:1:1: the settings must be a mapping"),
        ("theme: [\n", "s.yaml:2:1"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, words: str) -> None:
    with pytest.raises(LoadError) as raised:
        read_settings(text, "s.yaml", {})
    assert words in str(raised.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(LoadError) as raised:
        read_settings("nope: 1\nlog_lines: -1\n", "s.yaml", {})
    assert len(raised.value.problems) == 2

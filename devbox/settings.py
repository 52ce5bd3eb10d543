"""The user's own settings: defaults < user file < environment (DEVBOX_EAGER_HEALTH, ...) < flags."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import field, fields, replace
from typing import Any

from devbox.errors import LoadError, Place, Problem
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may change; every field has a working default."""

    eager_health: bool = True
    """Run the file's own probe at short intervals while something waits for service_healthy."""
    watch: bool = True
    """Keep containers like the files that develop.watch names while the screen is open."""
    debug_image: str = "debian:bookworm-slim"
    """What the side container is made of from which gdb brings a debugger into a Python; "": there is none."""
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    """action id -> keys, comma separated"""
    log_lines: int = 20_000
    """Lines kept for each service."""
    log_bytes: int = 16 * 1024 * 1024
    """Bytes kept for each service."""
    parallel: int = 8
    """Engine calls at once."""


def settings_path(environ: Mapping[str, str]) -> str:
    """Where the user's file lies: $XDG_CONFIG_HOME/devbox/settings.yaml."""
    config = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    return f"{config}/devbox/settings.yaml"


def read_settings(text: str, file: str, environ: Mapping[str, str]) -> Settings:
    """The settings of a user's file ("" for none) and the environment; LoadError holds every fault."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for key, (value, place) in _entries(text, file, problems).items():
        _take(values, key, value, place, problems)
    for spec in fields(Settings):
        variable = f"DEVBOX_{spec.name.upper()}"
        if environ.get(variable) and spec.name != "keys":
            _take(values, spec.name, _from_text(environ[variable]), Place(f"${variable}"), problems)
    if problems:
        raise LoadError(tuple(problems))
    return replace(Settings(), **values)


def _entries(text: str, file: str, problems: list[Problem]) -> dict[str, tuple[Any, Place]]:
    """Top-level key -> (value, where it stands)."""
    if not text.strip():
        return {}
    import yaml  # only people with a settings file pay for it

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        problems.append(Problem(message=error.problem or "this is not YAML", place=place))
        return {}
    if not isinstance(value, dict) or not isinstance(node, yaml.MappingNode):
        problems.append(
            Problem(
                message="the settings must be a mapping", place=Place(file, 1, 1), hint="for example `theme: light`"
            )
        )
        return {}
    marks = {key.value: Place(file, key.start_mark.line + 1, key.start_mark.column + 1) for key, _ in node.value}
    return {str(key): (item, marks.get(str(key), Place(file))) for key, item in value.items()}


def _take(values: dict[str, Any], key: str, value: Any, place: Place, problems: list[Problem]) -> None:
    known = {spec.name: getattr(Settings(), spec.name) for spec in fields(Settings)}
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}"
        problems.append(Problem(message="no such setting", place=place, path=key, hint=hint))
        return
    match known[key], value:
        case bool(), bool():
            values[key] = value
        case bool(), _:
            problems.append(Problem(message="expected true or false", place=place, path=key))
        case int(), int() if not isinstance(value, bool) and value > 0:
            values[key] = value
        case int(), _:
            problems.append(Problem(message="expected a number above 0", place=place, path=key))
        case str(), str():
            values[key] = value
        case str(), _:
            problems.append(Problem(message="expected text", place=place, path=key))
        case _, dict() if all(isinstance(item, str) for item in value.values()):
            values[key] = {str(action): keys for action, keys in value.items()}
        case _:
            problems.append(
                Problem(
                    message="expected a mapping of action to keys",
                    place=place,
                    path=key,
                    hint="for example `restart: ctrl+r`",
                )
            )


def _from_text(text: str) -> bool | int | str:
    if text.isdigit():
        return bool(int(text)) if text in "01" else int(text)
    return {"true": True, "false": False}.get(text.lower(), text)

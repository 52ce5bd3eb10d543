"""The application's settings: from the environment, or from files named there."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.stack.stack import ROOT


def _module(name: str) -> ModuleType:
    """One module of the sample application, which is no part of devbox's own environment."""
    spec = importlib.util.spec_from_file_location(f"sample_{name}", ROOT / f"docker/app/src/jobs/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


settings = _module("settings")


def test_nothing_set_means_the_defaults() -> None:
    assert settings.Settings.read({}) == settings.Settings()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert settings.Settings.read({"PORT": "", "LOG_LEVEL": ""}) == settings.Settings()


def test_a_secret_is_read_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a b\n")
    read = settings.Settings.read({"DATABASE_PASSWORD_FILE": str(tmp_path / "password")})
    assert read.database_password == "a b"


def test_passwords_do_not_show() -> None:
    read = settings.Settings.read({"DATABASE_PASSWORD": "hush", "REDIS_PASSWORD": "hush"})
    assert "hush" not in repr(read)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"PORT": "eighty"}, "PORT: 'eighty' is not a whole number"),
        ({"STOP_GRACE": "soon"}, "STOP_GRACE: 'soon' is not a number of seconds"),
        ({"STOP_GRACE": "-1"}, "STOP_GRACE: '-1' must be a number of seconds above 0"),
        ({"CHECK_TIMEOUT": "nan"}, "CHECK_TIMEOUT: 'nan' must be a number of seconds above 0"),
        ({"REDIS_PASSWORD_FILE": "/nowhere"}, "REDIS_PASSWORD_FILE: cannot read /nowhere: No such file or directory"),
        ({"PORT": "1", "PORT_FILE": "/x"}, "PORT and PORT_FILE are both set: give one of them"),
    ],
)
def test_what_is_wrong_is_named(environ: dict[str, str], message: str) -> None:
    with pytest.raises(settings.SettingError) as caught:
        settings.Settings.read(environ)
    assert str(caught.value) == message

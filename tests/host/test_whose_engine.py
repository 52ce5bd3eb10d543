"""Which engine `devbox engine` and `devbox doctor` are about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from devbox.adapters.examine import examine
from devbox.adapters.host import LocalHost
from devbox.errors import DevboxError
from devbox.main import main, real_world


@pytest.fixture
def elsewhere(tmp_path: Path) -> LocalHost:
    """The host as seen where DOCKER_HOST names an engine that is not this machine's, and is away."""
    return LocalHost(environ={"HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/away.sock"})


async def test_an_engine_elsewhere_is_not_stopped_here(elsewhere: LocalHost) -> None:
    said: list[str] = []
    with pytest.raises(DevboxError, match=r"away\.sock \(DOCKER_HOST\).*only this machine's"):
        await elsewhere.stop_engine(said.append)
    assert said == []


async def test_an_engine_elsewhere_is_not_started_here(elsewhere: LocalHost) -> None:
    said: list[str] = []
    with pytest.raises(DevboxError, match=r"away\.sock \(DOCKER_HOST\)"):
        await elsewhere.start_engine(said.append)
    assert said == []


def test_nothing_is_installed_for_an_engine_elsewhere(elsewhere: LocalHost) -> None:
    with pytest.raises(DevboxError, match=r"away\.sock \(DOCKER_HOST\)"):
        elsewhere.installation()


async def test_the_context_of_the_command_line_is_the_one_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    sentence, answers = await real_world("nowhere").host("").engine_status()
    assert not answers
    assert 'no Docker context "nowhere"' in sentence


async def test_the_remedy_of_an_engine_elsewhere_is_not_to_start_one_here(elsewhere: LocalHost) -> None:
    engine = (await examine("", elsewhere.environ))[0]
    assert not engine.ok
    assert "away.sock" in engine.text
    assert engine.remedy == "start it there, or choose another"


def test_the_engine_of_the_environment_is_the_one_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}}")
    (tmp_path / "devbox.yaml").write_text("environments: {far: {files: [compose.yaml], context: nowhere}}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    assert main(["-e", "far", "engine", "status"], replace(real_world(), cwd=str(tmp_path))) == 3
    assert 'no Docker context "nowhere"' in capsys.readouterr().out

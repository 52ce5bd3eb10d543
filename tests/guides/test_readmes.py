"""The stack's READMEs are whole: every variable and every Compose file that one can set or use is told of."""

from __future__ import annotations

import re

from tests.guides.reading import ROOT

README = (ROOT / "docker/README.md").read_text()
MONITORING = (ROOT / "config/monitoring/README.md").read_text()
FILES = sorted((ROOT / "docker").glob("docker-compose*.yml"))


def test_every_variable_of_the_compose_files_is_told_of() -> None:
    taken = {name for path in FILES for name in re.findall(r"(?<!\$)\$\{([A-Z_]+)", path.read_text())}
    assert len(taken) > 30
    assert taken - set(re.findall(r"`([A-Z_]+)[`=]", README + MONITORING)) == set()


def test_every_compose_file_is_told_of() -> None:
    assert [path.name for path in FILES if f"`{path.name}`" not in README] == []

"""Every form that Compose files may take is put to the rules, and each finding has its place in one of the files."""

from __future__ import annotations

import pytest

from devbox.adapters.files import LocalFiles
from devbox.adapters.inspector import LocalInspector
from devbox.compose.load import load_explained
from devbox.plan.names import known_services
from devbox.session.examine import built, examine
from tests.conformance.test_conformance import CASES, NAMES, request_of
from tests.hardening.world import NOWHERE


@pytest.mark.parametrize("name", [name for name in NAMES if (CASES / name / "expected.json").exists()])
async def test_findings_have_their_place(name: str) -> None:
    loaded = load_explained(request_of(CASES / name), LocalFiles())
    names = list(known_services(loaded.project))
    made = built(loaded, names, LocalFiles())
    found = await examine(loaded, names, made, LocalFiles(), LocalInspector(environ={}, path=NOWHERE))
    assert bool(found.findings) == bool(names)
    for finding in found.findings:
        assert finding.services and set(finding.services) <= set(names)
        assert finding.place is not None and finding.place.line, finding
        assert finding.place.file == "stdin" or LocalFiles().is_file(finding.place.file), finding.place

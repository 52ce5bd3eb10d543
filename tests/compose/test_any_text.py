"""Whatever the bytes, a load ends in a project or in a LoadError."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devbox.compose.output import render
from devbox.compose.schema import FILE, SERVICE
from devbox.errors import LoadError
from tests.compose.files import load_files

_CASES = Path(__file__).parent.parent / "conformance" / "cases"
_TEXTS = sorted(path.read_bytes() for path in _CASES.glob("*/*.yaml"))
_PIECES = [
    b"*a",
    b"&a ",
    b"<<: ",
    b"{",
    b"[",
    b": ",
    b"\n",
    b"- ",
    b"!reset ",
    b"!override ",
    b"${",
    b"}",
    b"\t",
    b"\xff",
]
_WORDS = ["", "a", "a:b", "1:2", "/x", "./y", "~", "service:x", "x=y", ":", "10s", "64m", "all", "${A}", "$", "bind"]

_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(_WORDS), st.text(max_size=5))
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*SERVICE, "target", "source", "type", "path", "condition"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)
_services = st.dictionaries(
    st.sampled_from(["a", "b"]), st.dictionaries(st.sampled_from(list(SERVICE)), _values, max_size=5), max_size=2
)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    text = bytearray(draw(st.sampled_from(_TEXTS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 4))] = draw(st.sampled_from(_PIECES))
    return bytes(text)


def _try(files: dict[str, Any]) -> None:
    with suppress(LoadError):
        project = load_files(files)
        render(project)
        render(project, "json")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(base=_mutated(), override=st.one_of(st.none(), _mutated()))
def test_mutated_files(base: bytes, override: bytes | None) -> None:
    _try({"compose.yaml": base} | ({"compose.override.yaml": override} if override else {}))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(services=_services, others=st.dictionaries(st.sampled_from(list(FILE)), _values, max_size=2))
def test_random_trees(services: dict[str, Any], others: dict[str, Any]) -> None:
    _try({"compose.yaml": yaml.safe_dump({**others, "services": services}).encode()})


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.binary(max_size=80), variables=st.text(max_size=60))
def test_any_bytes(data: bytes, variables: str) -> None:
    _try({"compose.yaml": data, ".env": variables})

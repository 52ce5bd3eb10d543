"""Whatever is swapped, dropped or retyped in real files: a load and `devbox config` give a result or faults."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devbox.compose.output import render
from devbox.errors import LoadError
from devbox.main import main
from tests.compose.files import load_files

_CASES = Path(__file__).parent.parent / "conformance" / "cases"
_TEXTS = sorted(
    path.read_text(encoding="utf-8")
    for path in _CASES.glob("*/compose*.yaml")
    if (path.parent / "expected.json").exists()
)
_VARIABLES = "A=1\nB='x y' # c\nC=\"$A ${B:-z}\nmore\"\nexport D\nE: f\n"
_TOKEN = re.compile(r"[\w./$@%+-]+|\s+|.", re.DOTALL)
_RETYPED = (
    *(
        "",
        "~",
        "null",
        "true",
        "yes",
        "-1",
        "0",
        "08",
        "0777",
        "1_0",
        "1.5",
        "9" * 40,
        "1e999",
        "1e-999",
        ".inf",
        ".nan",
    ),
    *("2020-01-01", "2020-13-45T99:99:99Z", "''", '""', "[]", "{}", "[[]]", "{a: {}}", "[~]", "{~: 1}", "!!int x"),
    *("!!float y", "!!binary x", "!!timestamp z", "!!set {a}", "!reset", "!override", "&a x", "*a", "<<", "? a"),
    *("|", ">-", "---", "...", "%YAML 1.1", "#", "@", "`", "${", "${A:-", "}", "$$", "${A:?x}", "=", "x=", "=x"),
    *("service:a", "container:", "service:", ":", "::", "a:b:c:d", "[::1]:1:2", "0-65535:0-65535", "2-1", "65536"),
    *("99999999999g", "1e9g", "-5m", "1h-", "9999999w", "../" * 40, "/", "~/", "\\\\", "C:\\x", "https://x#y:z"),
    *("\t", "\r", "\x00", "\x1b[2J", "\x7f", "\x85", "\ufeff", "\u2028", "\u202e", "٣", "²", "é", "😀", "a" * 5_000),
)


@st.composite
def _mutated(draw: st.DrawFn, texts: list[str]) -> bytes:
    tokens = _TOKEN.findall(draw(st.sampled_from(texts)))
    at = st.integers(0, len(tokens) - 1)
    for _ in range(draw(st.integers(1, 3))):
        here, there = draw(at), draw(at)
        match draw(st.sampled_from(("swap", "drop", "double", "retype", "insert", "indent", "copy"))):
            case "swap":
                tokens[here], tokens[there] = tokens[there], tokens[here]
            case "drop":
                tokens[here] = ""
            case "double":
                tokens[here] *= 2
            case "retype":
                tokens[here] = draw(st.sampled_from(_RETYPED))
            case "insert":
                tokens[here] += draw(st.sampled_from(_RETYPED))
            case "indent":
                tokens[here] = "\n" + " " * draw(st.integers(0, 10))
            case _:
                tokens[here] += "".join(tokens[there : there + 12])
    return "".join(tokens).encode()


_fast = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@_fast
@given(base=_mutated(_TEXTS), override=st.none() | _mutated(_TEXTS), variables=_mutated([_VARIABLES]))
def test_mutated_tokens_load_or_are_refused(base: bytes, override: bytes | None, variables: bytes) -> None:
    files = {"compose.yaml": base, ".env": variables} | ({"compose.override.yaml": override} if override else {})
    with suppress(LoadError):
        project = load_files(files)
        render(project)
        render(project, "json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples."""
    return tmp_path_factory.mktemp("any")


@_fast
@given(base=_mutated(_TEXTS), variables=_mutated([_VARIABLES]), form=st.sampled_from(("json", "yaml")))
def test_config_prints_the_model_or_the_faults(folder: Path, base: bytes, variables: bytes, form: str) -> None:
    (folder / "compose.yaml").write_bytes(base)
    (folder / ".env").write_bytes(variables)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(
            ["--project-directory", str(folder), "-f", str(folder / "compose.yaml"), "config", "--format", form]
        )
    assert (code, bool(out.getvalue())) in ((0, True), (1, False))
    assert "Traceback" not in err.getvalue()
    assert code == 0 or "error: " in err.getvalue()

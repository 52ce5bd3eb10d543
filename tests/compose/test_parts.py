"""Tables for the small languages inside a Compose file."""

from __future__ import annotations

from typing import Any

import pytest

from devbox.compose import dotenv, units, words
from devbox.compose.interpolate import substitute
from devbox.compose.mounts import parse_volume
from devbox.compose.ports import parse
from devbox.compose.scalars import Date, plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"),
        ("on", "on"),
        ("0o17", 15),
        ("0755", 493),
        ("0x1F", 31),
        ("1_000", 1000),
        ("08", 8.0),
        ("3.10", 3.1),
        ("1e3", 1000.0),
        ("~", None),
        ("", None),
        ("True", True),
        ("tRue", "tRue"),
        ("1e400", "1e400"),
        (".5", 0.5),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
    ],
)
def test_plain_scalars(text: str, value: Any) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@pytest.mark.parametrize("text", ["2024-05-06", "2024-1-1 10:00:00", "2001-12-14t21:59:43.10-05:00"])
def test_dates_are_no_text(text: str) -> None:
    assert isinstance(plain(text), Date)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A ${A}", "a a"),
        ("$$A $1 $(x) $", "$A $1 $(x) $"),
        ("${U:-d} ${U-d} ${E:-d} ${E-d}", "d d d "),
        ("${A:+r} ${U:+r} ${E+r} ${E:+r}", "r  r "),
        ("${U:-${V:-${A}}}", "a"),
        ('${U:-{"a":{"b":2}}} tail', '{"a":{"b":2}} tail'),
        ("${A:?no} ${A?no}", "a a"),
        ("${U:-a:b-c?d+e}", "a:b-c?d+e"),
        ("${A:-${U:?never asked}}", "a"),
    ],
)
def test_interpolation(text: str, value: str) -> None:
    assert substitute(text, {"A": "a", "E": ""}.get, lambda _: None) == value


@pytest.mark.parametrize(
    "text", ["${", "${}", "${1}", "${A:}", "${A:b}", "${A-", "${U:?}", "${U?}", "${E:?}", "${" * 200]
)
def test_interpolation_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        substitute(text, {"A": "a", "E": ""}.get, lambda _: None)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("'a b' \"c d\"e", ["a b", "c de"]),
        ("curl http://x/?a=1&b=2", ["curl", "http://x/?a=1"]),
        ("run # no comment", ["run", "#", "no", "comment"]),
        ("a \\\n b", ["a", "\n", "b"]),
        ("a '' b", ["a", "", "b"]),
        ("x $(date +%s) y", ["x", "$(date +%s)", "y"]),
        ("a 2>b", ["a"]),
        ("", []),
    ],
)
def test_words(line: str, found: list[str]) -> None:
    assert words.split(line) == found


@pytest.mark.parametrize("line", ["'a", '"a', "a\\", "a (b)", "$(a"])
def test_words_refuse(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        words.split(line)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1024", 1024), ("1k", 1024), ("1.5g", 1610612736), ("50MiB", 52428800), ("20 mb", 20971520)],
)
def test_sizes(text: str, size: int) -> None:
    assert units.size(text) == size


@pytest.mark.parametrize("text", ["", "x", "5x", "-1", "-5", "1.2.3", "5 kk"])
def test_sizes_refuse(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        units.size(text)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("90s", "1m30s"),
        ("1h", "1h0m0s"),
        ("10us", "10µs"),
        ("1.5s", "1.5s"),
        ("1d", "24h0m0s"),
        ("0", "0s"),
        ("1500ms", "1.5s"),
        ("-1s", "-1s"),
    ],
)
def test_durations(text: str, printed: str) -> None:
    assert units.spell(units.duration(text)) == printed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.1, "3.1"),
        (1e6, "1e+06"),
        (123456789.0, "1.23456789e+08"),
        (100000.0, "100000"),
        (1e-5, "1e-05"),
        (True, "true"),
    ],
)
def test_numbers_as_text(value: float, text: str) -> None:
    assert units.number_text(value) == text


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("80", [("", "", 80)]),
        ("8080:80", [("", "8080", 80)]),
        ("127.0.0.1::80", [("127.0.0.1", "", 80)]),
        ("[::1]:8080:80", [("::1", "8080", 80)]),
        ("8000-9000:80", [("", "8000-9000", 80)]),
        ("198-200:98-100", [("", "200", 100), ("", "198", 98), ("", "199", 99)]),
    ],
)
def test_ports(spec: str, found: list[tuple[str, str, int]]) -> None:
    assert [(p.get("host_ip", ""), p.get("published", ""), p["target"]) for p in parse(spec)] == found


@pytest.mark.parametrize("spec", ["", ":", "80:", "a", "80/x", "1-3:1-2", "70000", "3-1", "300.1.1.1:1:1", "0"])
def test_ports_refuse(spec: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(spec)


@pytest.mark.parametrize(
    ("spec", "kind", "source", "target"),
    [
        ("data:/data", "volume", "data", "/data"),
        ("./a:/b/", "bind", "./a", "/b"),
        ("/anon", "volume", None, "/anon"),
        ("C:\\x:/y", "bind", "C:\\x", "/y"),
        ("v:/v", "volume", "v", "/v"),
    ],
)
def test_volumes(spec: str, kind: str, source: str | None, target: str) -> None:
    entry = parse_volume(spec)
    assert (entry["type"], entry.get("source"), entry["target"]) == (kind, source, target)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1 # c\nexport B = x y \nC: z\n", {"A": "1", "B": "x y", "C": "z"}),
        ("A='${B}'\nB=\"x\\ny $A\"\n", {"A": "${B}", "B": "x\ny ${B}"}),
        ("A='two\nlines'\r\nB=1", {"A": "two\nlines", "B": "1"}),
        ("OUTER\nNOPE\nA=${OUTER}-${A2:-d}", {"OUTER": "out", "A": "out-d"}),
        ("A=a#b\nB=$$x\n", {"A": "a#b", "B": "$x"}),
    ],
)
def test_dotenv(text: str, found: dict[str, str]) -> None:
    variables: dict[str, str] = {}
    dotenv.parse(text, {"OUTER": "out"}.get, variables, lambda _: None)
    assert variables == found


@pytest.mark.parametrize(("text", "line"), [("A=1\nB C=2", 2), ("A='x\ny", 1), ("\n\nA;=1", 3), ("A=${", 1)])
def test_dotenv_names_the_line(text: str, line: int) -> None:
    with pytest.raises(dotenv.Faulty) as caught:
        dotenv.parse(text, {}.get, {}, lambda _: None)
    assert caught.value.line == line

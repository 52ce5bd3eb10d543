"""An entry finds its place in a launch.json that somebody keeps."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.debug.editors import Target, vscode
from devbox.debug.jsonc import Broken, parse
from devbox.debug.launch import merged
from devbox.debug.model import Pair

ENTRY = {"name": "shop: api", "type": "debugpy", "port": 5678}
FILE = ".vscode/launch.json"


def put(text: str, entry: dict[str, Any] | None = None) -> str:
    return merged(FILE, text, entry or ENTRY)


def value(text: str) -> Any:
    node = parse(FILE, text)
    assert node is not None
    return node.value


KEPT = """\
{
  // How we start things. See "the wiki".
  "version": "0.2.0", /* never change */
  "configurations": [
    {
      "name": "mine", // keep
      "type": "node",
      "url": "http://localhost:3000//x", // not a comment in the text
    }, // the last one
    // more to come
  ],
  "compounds": [],
}
"""


def test_all_that_is_there_stays_character_by_character() -> None:
    found = put(KEPT)
    added = """
    {
      "name": "shop: api",
      "type": "debugpy",
      "port": 5678
    },"""
    assert found == KEPT.replace("// more to come", f"// more to come{added}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '{\n    "version": "0.2.0",\n    "configurations": [\n        E\n    ]\n}\n'),
        ("{}", '{\n    "configurations": [\n        E\n    ]\n}'),
        ('{"version": "0.2.0"}', '{"version": "0.2.0",\n    "configurations": [\n        E\n    ]\n}'),
        ('{"configurations": []}', '{"configurations": [\n    E\n]}'),
        ('{"configurations": [{"name": "a"}]}', '{"configurations": [{"name": "a"},\n    E\n]}'),
        (
            '{\n\t"configurations": [\n\t\t{"name": "a"} // b\n\t]\n}\n',
            '{\n\t"configurations": [\n\t\t{"name": "a"}, // b\n\t\tE\n\t]\n}\n',
        ),
        ('{\n "configurations": [ // none\n ]\n}\n', '{\n "configurations": [ // none\n  E\n ]\n}\n'),
        ("// only this\n", '// only this\n{\n    "version": "0.2.0",\n    "configurations": [\n        E\n    ]\n}\n'),
    ],
)  # fmt: skip
def test_where_it_goes(text: str, expected: str) -> None:
    assert re.sub(r'\{[^{}]*"name": "shop: api"[^}]*\}', "E", put(text)) == expected


@pytest.mark.parametrize("text", ["\n", "{\n}", KEPT, '{"configurations": []}\n'])
def test_lines_end_as_in_the_file(text: str) -> None:
    found = put(text.replace("\n", "\r\n"))
    assert "\n" not in found.replace("\r\n", "")


@pytest.mark.parametrize("text", ["", KEPT, '{"configurations": []}'])
def test_a_byte_order_mark_stays_in_front_and_there_is_one(text: str) -> None:
    found = put(f"\ufeff{text}")
    assert found.startswith("\ufeff{") and found.count("\ufeff") == 1


def test_an_entry_of_the_same_name_gets_what_differs_and_keeps_the_rest() -> None:
    text = '{"configurations": [\n  {"name": "shop: api", "type": "debugpy", /* was */ "port": 1, "own": false, }]}'
    assert put(text) == text.replace('"port": 1', '"port": 5678')


def test_what_an_entry_of_the_same_name_lacks_is_added() -> None:
    assert value(put('{"configurations": [{"name": "shop: api", "own": 1}]}')) == {
        "configurations": [{"name": "shop: api", "own": 1, "type": "debugpy", "port": 5678}]
    }


@pytest.mark.parametrize("text", ["", "{}", KEPT, '{"configurations": [{"name": "shop: api"}]}'])
def test_done_twice_is_done_once(text: str) -> None:
    assert put(put(text)) == put(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", ":1:1: an object with configurations is expected."),
        ('{"configurations": {}}', ":1:20: a list of configurations is expected."),
        ('{\n  "a": 1\n  "b": 2\n}', ":3:3: a comma or } is missing."),
        ('{\n  "a": 1,\n  b: 2\n}', ":3:3: a name in quotes is missing."),
        ('{"a" 1}', ":1:6: a colon is missing."),
        ('{"a": tru}', ":1:7: 't' begins no value."),
        ('{"a": }', ":1:7: '}' begins no value."),
        ('{"a": "x\n"}', ":1:7: this text does not end in its line, or holds a backslash that means nothing."),
        ('{"a": "\\q"}', ":1:7: this text does not end in its line, or holds a backslash that means nothing."),
        ('{"a": 1} x', ":1:10: the file should end here."),
        ('{"a": [1,', ":1:10: the file ends in the middle."),
        ("{ /* open", ":1:3: this comment does not end."),
        ('\ufeff{"a"', ":1:5: a colon is missing."),
        ("[" * 5000, ":1:102: values are nested too deeply."),
    ],
)
def test_what_is_broken_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Broken) as caught:
        put(text)
    assert caught.value.message == FILE + said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=4), st.dictionaries(st.text(), JSON, max_size=3), st.sampled_from([None, 1, "\t"]))
def test_any_json_keeps_what_it_holds(configurations: list[Any], beside: dict[str, Any], indent: Any) -> None:
    whole = {**beside, "configurations": configurations}
    found = value(put(json.dumps(whole, indent=indent)))
    ours = [one for one in configurations if isinstance(one, dict) and one.get("name") == ENTRY["name"]]
    assert ours or found == {**whole, "configurations": [*configurations, ENTRY]}


PAIRS = (
    Pair(host="/w/src", there="/srv", why=""),
    Pair(host="/w", there="/all", why=""),
    Pair(host="/x", there="/y", why=""),
)


def entry(type: str, host: str = "127.0.0.1") -> dict[str, Any]:
    target = Target(project="shop", service="api", type=type, host=host, port=23001, pairs=PAIRS)
    return dict(vscode(target, "/w"))


@pytest.mark.parametrize("type", ["", "python", "debugpy"])
def test_folders_are_those_of_the_workspace(type: str) -> None:
    assert entry(type) == {
        "name": "shop: api",
        "type": "debugpy",
        "request": "attach",
        "connect": {"host": "127.0.0.1", "port": 23001},
        "pathMappings": [
            {"localRoot": "${workspaceFolder}/src", "remoteRoot": "/srv"},
            {"localRoot": "${workspaceFolder}", "remoteRoot": "/all"},
            {"localRoot": "/x", "remoteRoot": "/y"},
        ],
    }


def test_an_address_that_stands_for_all_is_none_to_ask() -> None:
    assert entry("", "0.0.0.0")["connect"]["host"] == "127.0.0.1"


def test_go_is_told_in_its_own_words() -> None:
    found = entry("go")
    assert (found["mode"], found["port"]) == ("remote", 23001)
    assert found["substitutePath"][0] == {"from": "${workspaceFolder}/src", "to": "/srv"}


def test_any_other_server_is_spoken_to_as_it_is() -> None:
    assert entry("lldb") == {"name": "shop: api", "request": "attach", "type": "lldb", "debugServer": 23001}

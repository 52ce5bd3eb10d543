"""Guides tell the truth: what they say can be typed is understood, and the files they name are there."""

from __future__ import annotations

import re

import pytest

from devbox.cli import arguments, verbs
from devbox.errors import UsageError
from tests.guides.reading import ROOT, commands, paths, targets, texts

TEXTS = texts()


@pytest.mark.parametrize("guide", TEXTS)
def test_devbox_understands_every_command_of_a_guide(guide: str) -> None:
    refused = []
    for words in commands(TEXTS[guide]):
        name = arguments.verb_of(words)
        try:
            arguments.parse(words, verbs.module(name) if name else None)
        except UsageError as error:
            refused.append(f"devbox {' '.join(words)}: {error.message}")
        except SystemExit as end:  # --help
            assert end.code == 0
    assert refused == []


@pytest.mark.parametrize("guide", TEXTS)
def test_every_file_that_a_guide_names_is_there(guide: str) -> None:
    ignored = ("config/secrets/",)  # made on each machine
    missing = [path for path in paths(TEXTS[guide]) if not path.startswith(ignored) and not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("guide", TEXTS)
def test_every_make_target_of_a_guide_is_there(guide: str) -> None:
    known = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets(TEXTS[guide]) <= known


@pytest.mark.parametrize("guide", TEXTS)
def test_every_guide_that_a_guide_sends_to_is_there(guide: str) -> None:
    assert set(re.findall(r"`devbox guide ([a-z-]+)`", TEXTS[guide])) <= set(TEXTS)


def test_every_environment_and_service_that_guides_speak_of_is_in_the_reference_stack() -> None:
    named = {words[words.index("-e") + 1] for text in TEXTS.values() for words in commands(text) if "-e" in words[:1]}
    assert named <= {"dev", "stage", "prod", "NAME"}

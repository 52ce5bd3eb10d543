"""The guide explains every rule, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from devbox.hardening.catalog import RULES

GUIDE = (Path(__file__).parents[2] / "devbox/guides/hardening.md").read_text()


def test_every_rule_has_its_heading_and_a_heading_its_rule() -> None:
    assert re.findall(r"^### (DB\d+)$", GUIDE, re.MULTILINE) == list(RULES)


def test_every_heading_is_followed_by_the_rules_title() -> None:
    titles = dict(re.findall(r"^### (DB\d+)\n\n\*\*(.+?)\.\*\* ", GUIDE, re.MULTILINE))
    assert titles == {id: about.title[0].upper() + about.title[1:] for id, about in RULES.items()}

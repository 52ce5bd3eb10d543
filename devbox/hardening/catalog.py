"""Every rule there is."""

from __future__ import annotations

from devbox.hardening import holding, lint
from devbox.hardening.rule import About
from devbox.hardening.suppression import USELESS

STATIC: dict[str, About] = {
    **{rule.about.id: rule.about for rule in lint.SERVICE_RULES},
    **{rule.about.id: rule.about for rule in lint.DOCKERFILE_RULES},
    USELESS.id: USELESS,
}
RUNNING: dict[str, About] = {rule.about.id: rule.about for rule in holding.RULES}
RULES: dict[str, About] = dict(sorted({**STATIC, **RUNNING}.items()))
"""id -> rule; STATIC look at files, RUNNING at containers."""

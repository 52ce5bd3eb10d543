"""Secrets are not shown unless they are asked for."""

from __future__ import annotations

import pytest

from devbox.compose.masking import MASK, mask_yaml, masked


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("POSTGRES_PASSWORD", "hunter2", MASK),
        ("API_TOKEN", "abc", MASK),
        ("SECRET_KEY", "abc", MASK),
        ("AWS_ACCESS_KEY", "abc", MASK),
        ("MY_KEY", "abc", MASK),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/pg", "/run/secrets/pg"),
        ("MONKEY", "banana", "banana"),
        ("DATABASE_URL", "postgres://app:hunter2@db/app", f"postgres://app:{MASK}@db/app"),
        ("REDIS_URL", "redis://redis:6379/0", "redis://redis:6379/0"),
        ("REPOSITORY", "https://ghp_abc@example.com/shop.git", f"https://{MASK}@example.com/shop.git"),
        ("REPOSITORY", "ssh://git@example.com/shop.git", "ssh://git@example.com/shop.git"),
        ("PASSWORD", "", ""),
    ],
)
def test_a_value_by_its_name(name: str, value: str, shown: str) -> None:
    assert masked(name, value) == shown


def test_yaml_keeps_its_form() -> None:
    text = "environment:\n  PASSWORD: |\n    two\n    lines\n  A: b\ncommand:\n  - --url=http://u:p@h\n  - TOKEN=x"
    shown = f"environment:\n  PASSWORD: {MASK}\n  A: b\ncommand:\n  - --url=http://u:{MASK}@h\n  - TOKEN={MASK}"
    assert mask_yaml(text) == shown

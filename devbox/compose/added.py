"""Why a value stands in the model that no file says."""

from __future__ import annotations

import json
from typing import Any

from devbox.compose.normalise import SHARED
from devbox.compose.report import Path

IN_ENTRY = "by default, in this entry"
FOLDER_NAME = "by default: the folder's name"
NAME_VARIABLE = "by COMPOSE_PROJECT_NAME"

_ALWAYS = "by default: Compose always says it"
_REASONS: dict[Path, str] = {
    ("networks", "*", "name"): "by default: the project's name and the key",
    ("volumes", "*", "name"): "by default: the project's name and the key",
    ("secrets", "*", "name"): "by default: the project's name and the key",
    ("configs", "*", "name"): "by default: the project's name and the key",
    ("services", "*", "networks", "default"): "by default: a service that names no network joins this one",
    ("services", "*", "build", "context"): "by default: the folder of the files",
    ("services", "*", "build", "dockerfile"): "by default: the usual name",
    ("services", "*", "secrets", "*", "target"): "by default: /run/secrets and the secret's name",
}


def reason(path: Path, tree: Any) -> tuple[str, Path]:
    """In words, with the path of the value that implies it, () if none does."""
    if path[0] == "services" and path[2:3] == ("depends_on",) and len(path) > 3:
        service = tree["services"][path[1]]
        for field in ("links", *SHARED, "volumes_from"):
            said = service.get(field) or []
            for position, item in enumerate(said if isinstance(said, list) else [said]):
                names = item.removeprefix("service:").split(":", 1)[0] == path[3]
                if names and (isinstance(said, list) or item.startswith("service:")):
                    inner = (position,) if isinstance(said, list) else ()
                    return f"by default: {field} implies it", ("services", path[1], field, *inner)
    if path[2:] == ("name",) and tree[path[0]][path[1]].get("external"):
        return "by default: the key", ()
    return _REASONS.get(_pattern(path), _ALWAYS), ()


def _pattern(path: Path) -> Path:
    return tuple("*" if at == 1 or isinstance(part, int) else part for at, part in enumerate(path))


def compact(value: Any) -> str:
    """A value on one line."""
    return json.dumps(value, ensure_ascii=False)

"""The hash of a service's configuration, the one Compose writes into the label com.docker.compose.config-hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_LEFT_OUT = frozenset(("build", "pull_policy", "scale", "depends_on", "profiles"))
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def service_hash(tree: dict[str, Any]) -> str:
    """SHA-256 of the canonical service, less what changes nothing in a container, as Go's encoder writes it."""
    kept = {key: value for key, value in tree.items() if key not in _LEFT_OUT}
    if "deploy" in kept:
        kept["deploy"] = {key: value for key, value in kept["deploy"].items() if key != "replicas"}
    if "ulimits" in kept:
        kept["ulimits"] = {name: limit or {} for name, limit in kept["ulimits"].items()}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

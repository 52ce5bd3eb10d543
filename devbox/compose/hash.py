"""The hashes of configurations, those that Compose writes into the label com.docker.compose.config-hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_LEFT_OUT = frozenset(("build", "pull_policy", "scale", "depends_on", "profiles"))
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def service_hash(tree: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical service, less what changes nothing in a container, as Go's encoder writes it."""
    kept = {key: value for key, value in tree.items() if key not in _LEFT_OUT}
    if "deploy" in kept:
        kept["deploy"] = {key: value for key, value in kept["deploy"].items() if key != "replicas"}
    return _digest(kept)


def network_hash(tree: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical network."""
    return _digest(tree)


def volume_hash(tree: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical volume, the driver being `local` where the file names none."""
    name = {"name": tree["name"]} if "name" in tree else {}
    return _digest({**name, "driver": "local", **tree})


def _digest(tree: Mapping[str, Any]) -> str:
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

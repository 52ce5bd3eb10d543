"""The hashes of configurations, those that Compose writes into the label com.docker.compose.config-hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

_LEFT_OUT = frozenset(("build", "pull_policy", "scale", "depends_on", "profiles", "pre_start"))
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def service_hash(tree: Mapping[str, Any], label_files: Sequence[str] = ()) -> str:
    """SHA-256 of the canonical service, less what changes nothing in a container, as Go's encoder writes it.

    `label_files` are the absolute paths that were folded into the labels: Compose counts them too.
    """
    kept = {key: value for key, value in tree.items() if key not in _LEFT_OUT}
    if label_files:
        kept = _after(kept, "labels", "label_file", list(label_files))
    if "deploy" in kept:
        kept["deploy"] = {key: value for key, value in kept["deploy"].items() if key != "replicas"}
    if "develop" in kept:
        rules = kept["develop"].get("watch", ())
        told = [{key: value for key, value in rule.items() if not key.startswith("x-")} for rule in rules]
        kept["develop"] = {**kept["develop"], "watch": told} if told else kept["develop"]
    if "ulimits" in kept:
        kept["ulimits"] = {name: limit or {} for name, limit in kept["ulimits"].items()}
    return _digest(kept)


def hosted_hash(tree: Mapping[str, Any], ids: Mapping[str, str]) -> str:
    """As Compose hashes a service that lends namespaces or volumes: with the ids (service -> id) of who lends them."""
    found = dict(tree)
    for key in ("network_mode", "ipc", "pid"):
        kind, _, name = str(found.get(key, "")).partition(":")
        if kind == "service" and name in ids:
            found[key] = f"container:{ids[name]}"
    if "volumes_from" in found:
        lines = [line.removeprefix("container:").partition(":")[0] for line in found["volumes_from"]]
        found["volumes_from"] = [ids.get(name, name) for name in lines]
    return service_hash(found)


def _after(tree: dict[str, Any], key: str, name: str, value: Any) -> dict[str, Any]:
    """The tree with one more entry behind that of `key`."""
    found: dict[str, Any] = {}
    for one, item in tree.items():
        found[one] = item
        if one == key:
            found[name] = value
    return found


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

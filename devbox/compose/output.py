"""The canonical model as text, the way Compose prints it."""

from __future__ import annotations

import json
from typing import Any

import yaml

from devbox.compose.model import Project
from devbox.compose.scalars import plain


class _Dumper(yaml.SafeDumper):
    """Two spaces, lists indented, no aliases, quotes where a reader could take text for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_SIZES = frozenset(("mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "shm_size"))
_NO_HOOK = {"command": None}
_AMBIGUOUS = frozenset(
    ("y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF")
)


def _text(dumper: Any, value: str) -> Any:
    style = None
    if not isinstance(plain(value), str) or value in _AMBIGUOUS:
        style = '"'
    elif "\n" in value and value.strip("\n") and not value.startswith((" ", "\n")):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def render(project: Project, form: str = "yaml") -> str:
    """The whole model, `form` being yaml or json; a dollar sign is doubled, so that it can be loaded again."""
    tree = project.tree
    if form == "json":
        top = {key: _sorted(tree[key]) if key == "services" else tree[key] for key in sorted(tree)}
        return json.dumps(top, indent=2, ensure_ascii=False).replace("$", "$$") + "\n"
    services = {name: _service(item) for name, item in _sorted(tree["services"]).items()}
    top = {key: services if key == "services" else _object(key, item) for key, item in tree.items()}
    return _yaml(top).replace("$", "$$")


def render_service(project: Project, name: str) -> str:
    """One service (a disabled one too) as YAML, dollar signs as they are; "" if there is none."""
    service = project.services.get(name) or project.disabled.get(name)
    return "" if service is None else _yaml({name: _service(dict(service.tree))})


def _sorted(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: mapping[key] for key in sorted(mapping)}


def _service(tree: dict[str, Any]) -> dict[str, Any]:
    """As a Compose file would say it: without what is always there in JSON, and in keys that load again."""
    result = {key: _unlimited(key, item) for key, item in tree.items() if item is not None}
    if "deploy" in result:
        result["deploy"] = {key: item for key, item in result["deploy"].items() if item != {}}
    if "blkio_config" in result:
        result["blkio_config"] = {key: _lowered(item) for key, item in result["blkio_config"].items()}
    if "develop" in result:
        rules = result["develop"].get("watch", ())
        kept = [{key: item for key, item in rule.items() if item != _NO_HOOK} for rule in rules]
        result["develop"] = {"watch": kept} if kept else {}
    return result


def _unlimited(key: str, value: Any) -> Any:
    """A size below 0, which means no limit, loads again as a number only."""
    return int(value) if key in _SIZES and value.startswith("-") else value


def _lowered(value: Any) -> Any:
    return [{key.lower(): item for key, item in entry.items()} for entry in value] if isinstance(value, list) else value


def _object(kind: str, items: Any) -> Any:
    if kind != "networks":
        return items
    return {name: {key: item for key, item in network.items() if item != {}} for name, network in items.items()}


def _yaml(tree: dict[str, Any]) -> str:
    text = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False)
    return str(text)

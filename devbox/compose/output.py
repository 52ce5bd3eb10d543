"""The canonical model as text, the way Compose prints it."""

from __future__ import annotations

import json
from typing import Any

import yaml

from devbox.compose.model import Project
from devbox.compose.scalars import plain

_Base = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc, valid-type]
    """Two spaces, sequences indented, no aliases, quotes where a reader could take text for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


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
    top = {key: value for key, value in project.tree.items() if value not in (None, {}) or key in ("services", "name")}
    ordered = {
        key: {name: top[key][name] for name in sorted(top[key])} if key == "services" else top[key] for key in top
    }
    if form == "json":
        sorted_top = {key: ordered[key] for key in sorted(ordered)}
        return json.dumps(sorted_top, indent=2, ensure_ascii=False).replace("$", "$$") + "\n"
    return _yaml(_without_unset(ordered)).replace("$", "$$")


def render_service(project: Project, name: str) -> str:
    """One service (a disabled one too) as YAML, dollar signs as they are; "" if there is none."""
    service = project.services.get(name) or project.disabled.get(name)
    if service is None:
        return ""
    return _yaml({name: _unset_left_out(dict(service.tree))})


def _without_unset(top: dict[str, Any]) -> dict[str, Any]:
    services = {name: _unset_left_out(tree) for name, tree in top["services"].items()}
    return {key: services if key == "services" else value for key, value in top.items()}


def _unset_left_out(tree: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in tree.items() if item is not None}


def _yaml(tree: dict[str, Any]) -> str:
    text = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False)
    return str(text)

"""Three environments that have nothing in common but nginx, and the check over what is laid on top."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join

from devbox.compose.request import LoadRequest
from devbox.environments.checking import Checked, check
from devbox.environments.discover import find
from tests.environments.tree import Tree

DEVBOX = """
environments:
  dev: {files: [base.yml, dev.yml], env_files: [dev.env], project: shop-dev}
  stage: {files: [base.yml, stage.yml], env_files: [stage.env], project: shop-stage}
  prod: {files: [base.yml, prod.yml], env_files: [prod.env], project: shop-prod}
"""
BASE = "services: {web: {image: nginx}}\n"
SILENT = {f"{name}{end}": "" for name in ("dev", "stage", "prod") for end in (".yml", ".env")}


def checked(files: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Checked:
    """The check over `files` of /shop, on top of three environments that have nothing in common but nginx."""
    merged = {"devbox.yaml": DEVBOX, "base.yml": BASE, **SILENT, **files}
    empty = {"yml": "services: {}\n"}
    tree = Tree({join("/shop", name): text or empty.get(name[-3:], "") for name, text in merged.items()})
    request = LoadRequest(cwd="/shop", environ=environ or {})
    found = find(request, tree)
    return check(found.all, found.allowed, request, tree)


def rules(files: Mapping[str, str], environ: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    return [(one.rule, one.subject) for one in checked(files, environ).findings]


USES = "services: {web: {image: x, environment: {A: '$NAME'}}}\n"
DEFAULTED = USES.replace("$NAME", "${NAME:-x}")
SET = dict.fromkeys(("dev.env", "stage.env", "prod.env"), "NAME=x\n")

"""Compose files to a Project: the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from devbox.compose import decode
from devbox.compose.assemble import Assembler
from devbox.compose.check import check
from devbox.compose.contents import digest
from devbox.compose.discover import Found, discover
from devbox.compose.envfile import VariableFiles
from devbox.compose.hash import service_hash
from devbox.compose.interpolate import names
from devbox.compose.layers import Loaded, Variables
from devbox.compose.layout import lay
from devbox.compose.located import Located
from devbox.compose.merge import Tree
from devbox.compose.model import FileObject, Project
from devbox.compose.naming import project_name
from devbox.compose.normalise import normalise
from devbox.compose.places import Places
from devbox.compose.remote import is_remote
from devbox.compose.report import Report
from devbox.compose.request import LoadRequest
from devbox.compose.source import Files
from devbox.compose.variables import resolve_files

_OBJECTS = {
    "networks": "top_network",
    "volumes": "top_volume",
    "secrets": "object",
    "configs": "object",
    "models": "model",
}


def load(request: LoadRequest, files: Files) -> Project:
    """Find, read, merge and check the project's files. LoadError carries every problem; warnings are the project's."""
    return load_explained(request, files).project


def load_explained(request: LoadRequest, files: Files) -> Loaded:
    """As `load`, with all that `provenance` needs to tell where each value comes from."""
    report = Report()
    located = Located(files, report)
    variables = VariableFiles(files, report, located)
    found = discover(request, files, variables, report)
    if not found.files:
        report.check()

    assembler = Assembler(files, located, variables, report, home=request.environ.get("HOME", ""), stdin=request.stdin)
    parsed = tuple((file, assembler.parse(file)) for file in found.files)
    if any(map(is_remote, found.files)):
        report.check()
        found = _here(found, located)
    remote = [document.tree for file, documents in parsed if is_remote(file) for document in documents]
    taken = sorted(names(remote) & found.environment.keys())
    name = project_name(request, found, [document for _, documents in parsed for document in documents], report)
    environment = Variables({**found.environment, "COMPOSE_PROJECT_NAME": name}, found.environment.scopes)
    tree = assembler.assemble(parsed, found.base, environment)
    if not report.problems and not any(documents for _, documents in parsed):
        report.fault(f"{found.files[0]} is empty", hint="it needs services:")
    if report.broken:
        report.check()

    normalise(tree, name, environment)
    places = Places(assembler.sources)
    enabled, disabled = _by_profile(tree["services"], found.profiles or ("",))
    check(tree, enabled, disabled, places, report)  # what has a problem already is not looked into again
    resolve_files(enabled, environment, variables, places, missing_ok=False)
    resolve_files(disabled, environment, variables, places, missing_ok=True)
    report.check()
    return Loaded(
        project=replace(
            _project(name, tree, enabled, disabled, found, environment, places, files, tuple(report.warnings)),
            taken=tuple(taken),
        ),
        request=request,
        layers=tuple(assembler.layers),
        variables=environment,
        variable_files=variables,
        files=files,
    )


def _here(found: Found, located: Located) -> Found:
    """What was found, remote files being those fetched; the first of them lies in what is the project's folder then."""
    first = next(file for file in found.files if is_remote(file))
    return replace(found, files=tuple(map(located.path, found.files)), base=located.folder(first))


def _by_profile(services: Tree, active: tuple[str, ...]) -> tuple[Tree, Tree]:
    enabled: Tree = {}
    disabled: Tree = {}
    for name, service in services.items():
        profiles = service.get("profiles")
        on = not profiles or "*" in active or any(profile in active for profile in profiles)
        (enabled if on else disabled)[name] = service
    return enabled, disabled


def _project(
    name: str,
    tree: Tree,
    enabled: Tree,
    disabled: Tree,
    found: Found,
    environment: Mapping[str, str],
    places: Places,
    files: Files,
    warnings: tuple[str, ...],
) -> Project:
    laid = {key: _laid(service) for key, service in {**enabled, **disabled}.items()}
    services, others = (
        {key: decode.service(key, laid[key], service, places(("services", key))) for key, service in group.items()}
        for group in (enabled, disabled)
    )
    shown, used = _used(enabled), _used({**enabled, **disabled})
    objects = {
        kind: {key: lay(item, section) for key, item in sorted((tree.get(kind) or {}).items()) if key in used[kind]}
        for kind, section in _OBJECTS.items()
    }
    canonical: Tree = {"name": name, "services": {key: laid[key] for key in enabled}}
    for kind, items in objects.items():
        if printed := {key: item for key, item in items.items() if key in shown[kind]}:
            canonical[kind] = printed
    canonical.update((key, value) for key, value in tree.items() if key.startswith("x-"))
    return Project(
        name=name,
        working_dir=found.base,
        files=found.files,
        env_files=found.env_files,
        profiles=found.profiles,
        services=services,
        disabled=others,
        networks={
            key: decode.network(key, one, tree["networks"][key], places(("networks", key)))
            for key, one in objects["networks"].items()
        },
        volumes={key: decode.volume(key, one, places(("volumes", key))) for key, one in objects["volumes"].items()},
        configs=_file_objects("configs", objects, tree, environment, places, files),
        secrets=_file_objects("secrets", objects, tree, environment, places, files),
        environment=environment,
        tree=canonical,
        hashes={
            key: service_hash(laid[key], service.get("label_file") or ())
            for key, service in {**enabled, **disabled}.items()
        },
        warnings=warnings,
    )


def _file_objects(
    kind: str, objects: Tree, tree: Tree, environment: Mapping[str, str], places: Places, files: Files
) -> dict[str, FileObject]:
    found = {
        key: decode.file_object(key, item, tree[kind][key], environment, places((kind, key)))
        for key, item in objects[kind].items()
    }
    return {key: replace(item, digest=digest(item, files)) for key, item in found.items()}


def _laid(service: Tree) -> Tree:
    """A service as it is printed, with one count of containers."""
    if service.get("scale") is not None and service.get("deploy") is not None:
        service = {**service, "deploy": {**service["deploy"], "replicas": service["scale"]}}
    laid: Tree = lay(service, "service")
    return laid


def _used(services: Tree) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {kind: set() for kind in _OBJECTS}
    for service in services.values():
        used["networks"].update(service.get("networks") or ())
        used["models"].update(service.get("models") or ())
        used["volumes"].update(item["source"] for item in service.get("volumes", ()) if _is_named(item))
        for kind in ("secrets", "configs"):
            used[kind].update(item.get("source", "") for item in service.get(kind, ()))
        used["secrets"].update(item.get("source", "") for item in (service.get("build") or {}).get("secrets", ()))
    return used


def _is_named(volume: Tree) -> bool:
    return volume.get("type") == "volume" and bool(volume.get("source"))

"""devbox.yaml to environments, with the place of every fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from posixpath import dirname
from typing import Any

from devbox.compose.document import Document
from devbox.compose.remote import is_remote
from devbox.compose.report import Path, Report
from devbox.compose.source import parse
from devbox.environments.environment import Allowance, Environment, Suppression
from devbox.environments.finding import RULES
from devbox.environments.folders import absolute
from devbox.environments.kind import Kind
from devbox.environments.names import PROJECT, normal
from devbox.record import dataclass

_ROOT = ("default", "environments", "check")
_TEXTS = ("description", "project", "project_directory", "context", "kind")
_LISTS = ("files", "env_files", "profiles")
_FLAGS = ("protected", "rolling")
_KEYS = (*_TEXTS, *_LISTS, *_FLAGS, "lint")
_KINDS = {kind.value: kind for kind in Kind}
_EXCEPTION = ("rule", "subjects", "reason")
_EXAMPLE = '{rule: shared-image, subjects: ["shop:1"], reason: "..."}'
_SUPPRESSION = ("rule", "services", "reason")
_SUPPRESSED = '{rule: DB014, services: [api], reason: "..."}'
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a devbox.yaml says; `default` "" leaves it to the first."""

    file: str
    default: str
    environments: tuple[Environment, ...]
    allowed: tuple[Allowance, ...] = ()


def described(file: str, data: bytes) -> Described:
    """Read the file `file` (absolute); LoadError with every fault in it."""
    report = Report()
    documents = parse(file, data, report)
    report.check()
    reader = _Reader(file, documents[0] if documents else Document(file, None), report)
    found = reader.read()
    report.check()
    return found


class _Reader:
    def __init__(self, file: str, document: Document, report: Report) -> None:
        self._file = file
        self._folder = dirname(file)
        self._document = document
        self._report = report

    def read(self) -> Described:
        tree = self._document.tree
        if not isinstance(tree, dict):
            self._fault((), "the file is a mapping with the key environments", "see `devbox guide environments`")
            return Described(file=self._file, default="", environments=())
        self._known(tree, (), _ROOT)
        named = tree.get("environments")
        if not isinstance(named, dict) or not named:
            hint = "environments:\n  dev:\n    files: [compose.yaml]" if "environments" not in tree else ""
            self._fault(("environments",), "environments is a mapping of names to environments", hint)
            named = {}
        environments = tuple(self._environment(name, value) for name, value in named.items())
        default = self._text(tree.get("default"), ("default",))
        if default and default not in named:
            self._fault(("default",), f"there is no environment {default}", _nearest(default, named))
        allowed = tuple(self._exceptions(tree.get("check")))
        return Described(file=self._file, default=default, environments=environments, allowed=allowed)

    def _exceptions(self, value: Any) -> Iterator[Allowance]:
        for path, entry in self._ignored(value, ("check",), _EXCEPTION, _EXAMPLE):
            rule, reason = (self._text(entry.get(key), (*path, key)) for key in ("rule", "reason"))
            subjects = self._list(entry.get("subjects"), (*path, "subjects"))
            if rule not in RULES:
                hint = _nearest(rule, RULES) or f"`devbox check` knows {', '.join(RULES)}"
                self._fault((*path, "rule"), f"there is no rule {rule or 'without a name'}", hint)
            if not subjects:
                self._fault(path, "an entry of ignore names its subjects", "`devbox check` prints what to write")
            if not reason.strip():
                self._fault(path, f"{rule} is ignored without a reason", "say in `reason` why it may be so")
            for subject in subjects:
                place = self._document.place(path)
                yield Allowance(rule=rule, subject=subject, reason=reason.strip(), place=place)

    def _suppressions(self, value: Any, path: Path) -> Iterator[Suppression]:
        for at, entry in self._ignored(value, path, _SUPPRESSION, _SUPPRESSED):
            rule, reason = (self._text(entry.get(key), (*at, key)) for key in ("rule", "reason"))
            if entry and not rule:
                self._fault(at, "an entry of ignore names a rule", "`devbox lint --rules` lists them")
            if rule and not reason.strip():
                self._fault(at, f"{rule} is ignored without a reason", "say in `reason` why it is no harm here")
            services = self._list(entry.get("services"), (*at, "services"))
            yield Suppression(rule=rule, services=services, reason=reason, place=self._document.place(at))

    def _ignored(
        self, value: Any, path: Path, keys: tuple[str, ...], example: str
    ) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The entries of `ignore:` in the section at `path`, each a mapping of these keys."""
        if value is None:
            return
        if not isinstance(value, dict):
            self._fault(path, f"{path[-1]} is a mapping with the key ignore")
            return
        self._known(value, path, ("ignore",))
        entries, path = value.get("ignore") or [], (*path, "ignore")
        if not isinstance(entries, list):
            self._fault(path, "ignore is a list", f"ignore:\n  - {example}")
            return
        for index, entry in enumerate(entries):
            at: Path = (*path, index)
            if isinstance(entry, dict):
                self._known(entry, at, keys)
                yield at, entry
            else:
                self._fault(at, "an entry of ignore is a mapping", example)

    def _environment(self, name: str, value: Any) -> Environment:
        path: Path = ("environments", name)
        if not _ENVIRONMENT.fullmatch(name):
            self._fault(path, f'"{name}" cannot name an environment', "use letters, digits, - _ and .")
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self._fault(path, "an environment is a mapping", "files: [compose.yaml]")
            value = {}
        self._known(value, path, _KEYS)
        texts = {key: self._text(value.get(key), (*path, key)) for key in _TEXTS}
        lists = {key: self._list(value.get(key), (*path, key)) for key in _LISTS}
        project = texts["project"]
        if project and not PROJECT.fullmatch(project):
            hint = "use lowercase letters, digits, - and _"
            better = normal(project)
            message = f'"{project}" cannot name a project'
            self._fault((*path, "project"), message, f"{hint}, such as {better}" if better else hint)
        flags = {key: self._flag(value.get(key), (*path, key)) for key in _FLAGS}
        kind = texts["kind"]
        if kind and kind not in _KINDS:
            self._fault((*path, "kind"), f"{kind} is no kind of environment", f"write {', '.join(_KINDS)}")
        directory = texts["project_directory"]
        return Environment(
            name=name,
            description=texts["description"],
            files=tuple(path if is_remote(path) else absolute(self._folder, path) for path in lists["files"]),
            env_files=tuple(absolute(self._folder, path) for path in lists["env_files"]),
            profiles=lists["profiles"],
            project=project,
            project_directory=absolute(self._folder, directory) if directory else "",
            context=texts["context"],
            protected=flags["protected"],
            rolling=flags["rolling"],
            suppressions=tuple(self._suppressions(value.get("lint"), (*path, "lint"))),
            place=self._document.key_place(path),
            said_kind=_KINDS.get(kind),
        )

    def _known(self, tree: dict[str, Any], path: Path, keys: tuple[str, ...]) -> None:
        for key in tree:
            if key not in keys and not key.startswith("x-"):
                place = self._document.key_place((*path, key))
                hint = _nearest(key, keys) or f"known are {', '.join(keys)}"
                self._report.fault(f"there is no key {key} here", place=place, path=(*path, key), hint=hint)

    def _text(self, value: Any, path: Path) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self._fault(path, f"{path[-1]} is a text", f'write "{value}"' if isinstance(value, int | float) else "")
            return ""
        return value

    def _flag(self, value: Any, path: Path) -> bool:
        if value is not None and not isinstance(value, bool):
            self._fault(path, f"{path[-1]} is true or false")
        return value is True

    def _list(self, value: Any, path: Path) -> tuple[str, ...]:
        if value is None:
            return ()
        members = [value] if isinstance(value, str) else value
        if not isinstance(members, list):
            self._fault(path, f"{path[-1]} is a list of texts")
            return ()
        for index, member in enumerate(members):
            if not isinstance(member, str) or not member:
                self._fault((*path, index), f"a member of {path[-1]} is a text")
        return tuple(member for member in members if isinstance(member, str) and member)

    def _fault(self, path: Path, message: str, hint: str = "") -> None:
        self._report.fault(message, place=self._document.place(path), path=path, hint=hint)


def _nearest(word: str, known: Any) -> str:
    found = get_close_matches(word, [str(one) for one in known], 1)
    return f"did you mean {found[0]}?" if found else ""

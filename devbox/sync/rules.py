"""The rules of `develop.watch` of a project, with where each file goes and what is done then."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import field
from enum import Enum

from devbox.compose.model import Reload, Service, WatchRule
from devbox.record import dataclass
from devbox.sync.patterns import Patterns

ALWAYS = (
    "**/.git", "**/.hg", "**/.svn", "**/.idea", "**/.DS_Store",
    "**/*~", "**/.#*", "**/#*#", "**/.*.sw?", "**/.*.sw??", "**/4913", "**/*___jb_tmp___", "**/*___jb_old___",
)  # fmt: skip
"""What version control and editors keep beside the files: never a change that anybody waits for."""


class Action(Enum):
    """`action` of a rule."""

    SYNC = "sync"
    SYNC_RESTART = "sync+restart"
    SYNC_EXEC = "sync+exec"
    RESTART = "restart"
    REBUILD = "rebuild"

    @property
    def copies(self) -> bool:
        """Whether files go into the container."""
        return self in (Action.SYNC, Action.SYNC_RESTART, Action.SYNC_EXEC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a service. `root` is an absolute path on the host; `target` an absolute one in the container."""

    service: str
    index: int
    action: Action
    root: str
    target: str = ""
    initial: bool = False
    reload: Reload | None = field(default=None, compare=False)
    """What follows once files are in the container; None: nothing."""
    ignored: Patterns = field(compare=False)
    included: Patterns = field(compare=False)

    @property
    def whole(self) -> object:
        """With what tells no two rules apart."""
        return self, self.reload, self.ignored, self.included

    def takes(self, path: str) -> bool:
        """Whether the rule means the file `path`, relative to the root; the root itself is "" and always meant."""
        if not path:
            return True
        return not self.ignored.match(path) and (not self.included or self.included.match(path))

    def enters(self, folder: str) -> bool:
        """Whether anything below `folder`, relative to the root, can be meant."""
        return not (folder and self.ignored.covers(folder))

    def inside(self, path: str) -> str | None:
        """An absolute path on the host as a path relative to the root; None where it lies elsewhere."""
        if path == self.root:
            return ""
        root = self.root.rstrip("/") + "/"
        return path[len(root) :] if path.startswith(root) else None

    def place(self, path: str) -> str:
        """Where `path`, relative to the root, belongs in the container."""
        if not path:
            return self.target
        return f"{self.target}{path}" if self.target.endswith("/") else f"{self.target}/{path}"


def how(reload: Reload) -> str:
    """What makes a service take up its files, in words."""
    if reload.exec:
        return " ".join(reload.exec.command)
    return reload.signal or "restart"


def words(rule: WatchRule) -> str:
    """The action and what follows, short: "sync", "sync, then SIGHUP"."""
    return f"{rule.action}, then {how(rule.reload)}" if rule.reload else rule.action


def rules(services: Iterable[Service], ignore_file: Callable[[str], tuple[str, ...]]) -> tuple[Rule, ...]:
    """The rules of the services, in order. `ignore_file` tells the patterns of a build context's .dockerignore."""
    return tuple(
        _rule(service, index, _context_patterns(service, rule.path, ignore_file))
        for service in services
        for index, rule in enumerate(service.watch)
    )


def _rule(service: Service, index: int, context: tuple[str, ...]) -> Rule:
    rule = service.watch[index]
    action = Action(rule.action)
    return Rule(
        service=service.name,
        index=index,
        action=action,
        root=rule.path,
        target=posixpath.normpath(posixpath.join(service.working_dir or "/", rule.target)) if rule.target else "",
        initial=rule.initial_sync,
        reload=_reload(rule, action),
        ignored=Patterns((*context, *rule.ignore, *ALWAYS)),
        included=Patterns(rule.include),
    )


def _reload(rule: WatchRule, action: Action) -> Reload | None:
    match action:
        case Action.SYNC:
            return rule.reload
        case Action.SYNC_EXEC:
            return Reload(exec=rule.exec) if rule.exec else None
        case Action.REBUILD:
            return None
        case _:
            return Reload()


def _context_patterns(service: Service, root: str, ignore_file: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """The build context's patterns as they read from the rule's root: what never is in the image is not synced."""
    context = service.build.context if service.build else ""
    if not context.startswith("/"):
        return ()
    if root == context:
        return ignore_file(context)
    if not root.startswith(context.rstrip("/") + "/"):
        return ()
    below = root[len(context.rstrip("/")) + 1 :]
    return tuple(_moved(pattern, below) for pattern in ignore_file(context))


def _moved(pattern: str, below: str) -> str:
    """A pattern of a folder as one of its subfolder `below`; what cannot mean anything in there becomes "".

    A pattern that means the subfolder whole means all in it."""
    sign = "!" if pattern.startswith("!") else ""
    bare = posixpath.normpath(pattern.removeprefix("!").strip()).lstrip("/")
    if Patterns([bare]).match(below):
        return f"{sign}**"
    parts, folders = bare.split("/"), below.split("/")
    while parts and folders and parts[0] != "**":
        if not Patterns([parts[0]]).match(folders[0]):
            return ""
        parts, folders = parts[1:], folders[1:]
    return sign + "/".join(parts) if parts else ""

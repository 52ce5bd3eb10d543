"""The verbs: where each lives (imported when used) and what it does in one line."""

from __future__ import annotations

import importlib
from types import ModuleType

from devbox.errors import UsageError

VERBS: dict[str, tuple[str, str]] = {
    "up": ("up", "bring the stack to what the files say"),
    "down": ("down", "stop and remove the stack; volumes stay unless -v"),
    "start": ("lifecycle", "start stopped services"),
    "stop": ("lifecycle", "stop services, keep their containers"),
    "restart": ("lifecycle", "restart services"),
    "kill": ("lifecycle", "send a signal to services (SIGKILL)"),
    "pause": ("lifecycle", "freeze services"),
    "unpause": ("lifecycle", "let frozen services go on"),
    "rollback": ("rollback", "go back to the image that services had before"),
    "rm": ("lifecycle", "remove stopped containers"),
    "build": ("images", "build the images of services"),
    "pull": ("images", "pull the images of services"),
    "ps": ("ps", "the status table"),
    "probe": ("probe", "how each running service answers its own healthcheck now"),
    "logs": ("logs", "the output of services, merged by time"),
    "exec": ("exec", "run a command in a running container"),
    "run": ("run", "run a command in a new container of a service"),
    "watch": ("watch", "sync saved files into containers, restart and rebuild, by develop.watch"),
    "sync": ("sync", "status, verify or repair what develop.watch keeps alike"),
    "debug": ("debug", "the debugger of a service, on screen or for an editor"),
    "plan": ("plan", "what `up` would change, and why"),
    "config": ("config", "the files as Compose understands them, everything folded in"),
    "lint": ("lint", "what is not hardened in the files, Dockerfiles and containers"),
    "scan": ("scan", "updates and vulnerabilities that images wait for; their SBOMs"),
    "wait": ("wait", "wait until services stop; their exit codes"),
    "events": ("events", "what happens on the engine, as it happens"),
    "port": ("port", "where a container's port is published"),
    "ls": ("ls", "the projects on the engine"),
    "env": ("env", "the environments of this project"),
    "environments": ("env", "the same as env"),
    "check": ("check", "are the environments apart, and fit for what they are for"),
    "secrets": ("secrets", "the secrets of each environment; `init` makes those that are missing"),
    "engine": ("engine", "the container engine: status, start, stop"),
    "doctor": ("doctor", "check engine, builder, disk, limits, terminal"),
    "guide": ("guide", "guides to read in the terminal"),
}
"""verb -> (module of devbox.cli, what it does)"""


def module(verb: str) -> ModuleType:
    """The module that runs `verb`; UsageError names the nearest verb if there is none."""
    if verb not in VERBS:
        import difflib  # 10 ms that only a mistyped verb pays

        near = difflib.get_close_matches(verb, VERBS, n=1)
        hint = f"Did you mean `devbox {near[0]}`?" if near else "`devbox --help` lists the verbs."
        raise UsageError(f"There is no verb {verb!r}.", hint=hint)
    return importlib.import_module(f"devbox.cli.{VERBS[verb][0]}")

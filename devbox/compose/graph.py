"""The order services depend on each other in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devbox.compose.model import Project


def cycle(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """One circle as a closed path (first = last), or nothing."""
    done: set[str] = set()
    for start in needs:
        trail: list[str] = []
        on_trail: set[str] = set()
        stack = [(start, iter(()) if start in done else iter(needs.get(start, ())))]
        if start in done:
            continue
        trail.append(start)
        on_trail.add(start)
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                trail.pop()
                on_trail.discard(name)
                done.add(name)
            elif following in on_trail:
                return (*trail[trail.index(following) :], following)
            elif following not in done:
                stack.append((following, iter(needs.get(following, ()))))
                trail.append(following)
                on_trail.add(following)
    return ()


def needs(project: Project) -> dict[str, tuple[str, ...]]:
    """Enabled service -> the enabled services it depends on, in the order of the file."""
    return {
        name: tuple(other for other in service.depends_on if other in project.services)
        for name, service in project.services.items()
    }


def order(project: Project) -> tuple[tuple[str, ...], ...]:
    """The enabled services in levels: each depends on earlier levels only. The order within one is the file's."""
    left = {name: set(others) for name, others in needs(project).items()}
    dependents: dict[str, list[str]] = {name: [] for name in left}
    for name, others in left.items():
        for other in others:
            dependents[other].append(name)
    position = {name: index for index, name in enumerate(left)}
    level = [name for name, others in left.items() if not others]
    levels: list[tuple[str, ...]] = []
    while level:
        levels.append(tuple(level))
        ready: list[str] = []
        for name in level:
            for dependent in dependents[name]:
                left[dependent].discard(name)
                if not left[dependent]:
                    ready.append(dependent)
        level = sorted(ready, key=position.__getitem__)
    return tuple(levels)


def dependents(project: Project, names: Iterable[str]) -> set[str]:
    """`names` and every enabled service that depends on one of them, at any distance."""
    wanted = needs(project)
    found = set(names)
    for level in order(project):
        found.update(name for name in level if found.intersection(wanted[name]))
    return found


def dependencies(project: Project, names: Iterable[str]) -> set[str]:
    """`names` and every enabled service they depend on, at any distance."""
    wanted = needs(project)
    found: set[str] = set()
    waiting = [name for name in names if name in wanted]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(wanted[name])
    return found


def critical_path(project: Project, seconds: Mapping[str, float]) -> tuple[str, ...]:
    """The chain of dependencies that takes longest, first to last, by each service's own time (1 where unknown)."""
    wanted = needs(project)
    ends: dict[str, tuple[float, tuple[str, ...]]] = {}
    for level in order(project):
        for name in level:
            before = max((ends[other] for other in wanted[name]), default=(0.0, ()), key=lambda end: end[0])
            ends[name] = before[0] + seconds.get(name, 1.0), (*before[1], name)
    return max(ends.values(), default=(0.0, ()), key=lambda end: end[0])[1]

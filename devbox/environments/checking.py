"""`devbox check`: every environment loaded once and compared with the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from devbox.compose.layers import Loaded
from devbox.compose.load import load_explained
from devbox.compose.request import LoadRequest
from devbox.compose.source import Files
from devbox.environments import variables
from devbox.environments.apart import apart
from devbox.environments.environment import Allowance, Environment
from devbox.environments.finding import RULES, Finding, Spot
from devbox.environments.held import Held, held, shared_secrets
from devbox.environments.kind import Kind
from devbox.environments.member import Member
from devbox.environments.others import as_written
from devbox.environments.production import reached
from devbox.environments.proven import Proven, proven
from devbox.environments.request import request_for
from devbox.environments.settings_files import shared_settings
from devbox.environments.tools import tools
from devbox.errors import LoadError
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`findings` in the order of RULES; `excepted` are those that devbox.yaml ignores, with its reason."""

    findings: tuple[Finding, ...]
    excepted: tuple[tuple[Finding, Allowance], ...]
    proven: tuple[Proven, ...]
    """Of the groups of rules without a finding."""


def check(
    environments: Sequence[Environment], allowed: Sequence[Allowance], request: LoadRequest, files: Files
) -> Checked:
    """Load each environment, as `request` asks for it, and look for what RULES forbid."""
    members: list[Member] = []
    findings: list[Finding] = []
    for environment in environments:
        try:
            members.append(Member(environment, _loaded(environment, request, files)))
        except LoadError as error:
            findings += _unloaded(environment, error)
    known = {member.name: held(member.project, files) for member in members}
    every = [variables.of(member) for member in members]
    findings += apart(members)
    findings += shared_secrets(members, known)
    findings += shared_settings(members)
    findings += _of_production(members, known)
    for member in members:
        if member.kind is not Kind.DEVELOPMENT:
            findings += tools(member, files)
    findings += variables.missing(every, request.environ)
    findings += variables.unused(every)
    findings += variables.uneven(every)
    kept, excepted = _judged(findings, allowed, complete=len(members) == len(environments))
    broken = {RULES[finding.rule].about for finding in kept}
    summary = tuple(one for one in proven(members, known, every) if one.about not in broken)
    return Checked(findings=kept, excepted=excepted, proven=summary)


def _loaded(environment: Environment, request: LoadRequest, files: Files) -> Loaded:
    """With nothing given by hand, since a variable of the shell would make environments equal or hide what is missing;
    but with the shell's where a file requires them. Files chosen by hand are taken as they were asked for."""
    given = request_for(environment, request)
    if environment.files == request.files:
        return load_explained(given, files)
    try:
        return load_explained(as_written(environment, request), files)
    except LoadError:
        return load_explained(given, files)


def _unloaded(environment: Environment, error: LoadError) -> Iterator[Finding]:
    for problem in error.problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        spot = Spot(environment=environment.name, path=problem.path, place=problem.place)
        message = f"{environment.name} does not load: {problem.message}{hint}"
        yield Finding(rule="does-not-load", subject=environment.name, message=message, spots=(spot,))


def _of_production(members: Sequence[Member], known: Mapping[str, Sequence[Held]]) -> Iterator[Finding]:
    for production in members:
        if production.kind is Kind.PRODUCTION:
            for member in members:
                if member.kind is not Kind.PRODUCTION:
                    yield from reached(production, member, known[production.name])


def _judged(
    findings: Sequence[Finding], allowed: Sequence[Allowance], *, complete: bool
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, Allowance], ...]]:
    """What stays a finding, and what is allowed; an exception that met nothing is a finding itself."""
    exceptions = {(one.rule, one.subject): one for one in allowed}
    kept, excepted = [], []
    for finding in findings:
        allowance = exceptions.get((finding.rule, finding.subject))
        if allowance is None:
            kept.append(finding)
        else:
            excepted.append((finding, allowance))
    met = {(one.rule, one.subject) for _, one in excepted}
    for one in allowed if complete else ():
        if (one.rule, one.subject) not in met:
            message = f"{one.rule} of {one.subject} is ignored, and there is none"
            spot = Spot(environment="", path="check.ignore", place=one.place)
            kept.append(Finding(rule="stale-exception", subject=one.subject, message=message, spots=(spot,)))
    order = list(RULES)
    kept.sort(key=lambda finding: order.index(finding.rule))
    return tuple(kept), tuple(excepted)

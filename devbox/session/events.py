"""Everything that can happen, past tense. The store folds each into State; the CLI prints some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from devbox.compose.model import Project
from devbox.debug.model import Debugged
from devbox.environments.environment import Environment
from devbox.errors import Problem
from devbox.plan.observed import Observed, RunningProject
from devbox.plan.plan import Plan
from devbox.ports import EngineEvent, EngineInfo, Progress, Sample
from devbox.record import dataclass
from devbox.session.state import Operation, Phase
from devbox.session.syncing import WatchPhase

if TYPE_CHECKING:  # only projects with rules need it
    from devbox.sync.compare import Verified
    from devbox.sync.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConnected:
    info: EngineInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineWentAway:
    reason: str
    hint: str
    at: float
    retry_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentsFound:
    environments: tuple[Environment, ...]
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLoaded:
    """Also after a switch: what belonged to another project is dropped."""

    environment: str
    project: Project


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRefused:
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesSaved:
    """Files of the project were saved, and load; `project`: they name another one, which was not opened."""

    files: tuple[str, ...]
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined:
    """The user does not want now what the files that were saved ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackObserved:
    """The truth of the moment, replacing what was known of the project's containers, networks and volumes."""

    project: str
    observed: Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpoke:
    """A batch of the engine's events."""

    batch: tuple[EngineEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectsListed:
    running: tuple[RunningProject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsSampled:
    """container id -> reading; None: it does not run any more."""

    samples: Mapping[str, Sample | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanComputed:
    plan: Plan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStarted:
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    operation: int
    step: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNoted:
    """What a step waits for or how far it is."""

    operation: int
    step: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgressed:
    operation: int
    step: str
    batch: tuple[Progress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    operation: int
    step: str
    phase: Phase
    at: float
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCancelling:
    operation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEnded:
    operation: int
    phase: Phase
    at: float
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    text: str
    severity: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTurned:
    """The watching of the rules of develop.watch is on, off, or in trouble."""

    phase: WatchPhase
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTold:
    told: Told
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncComparing:
    """Both sides of the rules are being compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncCompared:
    found: tuple[Verified, ...]
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DebugTold:
    debugged: Debugged


Event = (
    EngineConnected
    | EngineWentAway
    | EnvironmentsFound
    | ProjectLoaded
    | LoadRefused
    | FilesSaved
    | OfferDeclined
    | StackObserved
    | EngineSpoke
    | ProjectsListed
    | StatsSampled
    | PlanComputed
    | OperationStarted
    | StepStarted
    | StepNoted
    | StepProgressed
    | StepEnded
    | OperationCancelling
    | OperationEnded
    | Noticed
    | WatchTurned
    | WatchTold
    | SyncComparing
    | SyncCompared
    | DebugTold
)

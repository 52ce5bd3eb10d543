"""When an action of the debugger makes sense: each answers "" or why it cannot be done now."""

from __future__ import annotations

from devbox.debug.model import Phase
from devbox.tui.debugger.scene import Scene, standing


def always(_scene: Scene) -> str:
    return ""


def attached(scene: Scene) -> str:
    if scene.debuggee is None or scene.debuggee.phase is not Phase.ATTACHED:
        return f"{scene.focus.service or 'nothing'} is not attached"
    return ""


def detached(scene: Scene) -> str:
    if not scene.focus.service:
        return "choose a service in the list first"
    if scene.debuggee is not None and scene.debuggee.phase in (Phase.ATTACHED, Phase.ATTACHING, Phase.AWAY):
        return f"{scene.focus.service} is {scene.debuggee.phase.value}"
    return ""


def helpable(scene: Scene) -> str:
    if scene.debuggee is None or scene.debuggee.phase is not Phase.FAILED:
        return "only where no debugger could get in"
    if scene.debuggee.foreign:
        return f"{scene.focus.service} runs no Python: the helper would not help"
    return ""


def debugged(scene: Scene) -> str:
    if scene.debuggee is None or scene.debuggee.phase is Phase.ENDED:
        return f"{scene.focus.service or 'nothing'} is not debugged"
    return ""


def stands(scene: Scene) -> str:
    return attached(scene) or ("" if scene.stop else "the thread in front runs")


def runs(scene: Scene) -> str:
    if reason := attached(scene):
        return reason
    if scene.process is None or not scene.process.threads:
        return "no thread is known yet"
    return "the thread in front stands already" if scene.stop else ""


def restartable(scene: Scene) -> str:
    if reason := stands(scene):
        return reason
    if scene.process is None or "supportsRestartFrame" not in scene.process.can:
        return "this debugger cannot restart a call"
    if scene.frame is None or not scene.frame.can_restart:
        return "this call cannot be restarted"
    return ""


def source(scene: Scene) -> str:
    return "" if scene.path else "no source is open"


def several(scene: Scene) -> str:
    front = (scene.focus.process, scene.focus.thread)
    elsewhere = any((one.id, thread.id) != front for _, one, thread, _ in standing(scene.debugged))
    return (
        "" if elsewhere or len(scene.debugged.services) > 1 else "only one service is debugged, and nothing else stands"
    )


def variable(scene: Scene) -> str:
    return "" if scene.panel in ("variables", "watches") else "choose a variable first"


def removable(scene: Scene) -> str:
    return "" if scene.panel in ("breakpoints", "watches") else "choose a breakpoint or a watch first"

"""The lines around the debugger: which services are debugged, what stands where and why, which keys make sense."""

from __future__ import annotations

from textual.content import Content

from devbox.debug.model import Debuggee, Phase
from devbox.tui.debugger.actions import ACTIONS
from devbox.tui.debugger.scene import Scene, place, standing, words
from devbox.tui.keys import Keys
from devbox.tui.panels.strip import Part
from devbox.tui.text import clean

_QUIET = "$foreground-muted"
_PHASES = {
    Phase.ATTACHING: ("◐", "$text-warning"),
    Phase.AWAY: ("◌", _QUIET),
    Phase.FAILED: ("✗", "$text-error"),
    Phase.ENDED: ("○", _QUIET),
}


def sessions(scene: Scene) -> list[Part]:
    """The services, each can be clicked; at the right how the one in front was attached to."""
    parts = [Part(styled=(("debugger", f"bold {_QUIET}"),), weight=1)]
    for name, debuggee in scene.debugged.services.items():
        symbol, tone = _mark(debuggee)
        style = "bold $primary" if name == scene.focus.service else _QUIET
        parts.append(Part(styled=((f"{symbol} ", tone), (name, style)), target=name))
    if way := _way(scene.debuggee):
        parts.append(Part(styled=((way, _QUIET),), weight=9, right=True))
    return parts


def _mark(debuggee: Debuggee) -> tuple[str, str]:
    if debuggee.phase is Phase.ATTACHED:
        return ("■", "$text-warning") if debuggee.stopped else ("▶", "$text-success")
    return _PHASES[debuggee.phase]


def _way(debuggee: Debuggee | None) -> str:
    if debuggee is None or debuggee.phase is not Phase.ATTACHED or not debuggee.ways:
        return ""
    ways = " · ".join(dict.fromkeys(way.value for way in debuggee.ways))
    return f"{ways} ({debuggee.attached_in:.2f} s)" if debuggee.attached_in else ways


def line(scene: Scene) -> Content:
    """What the thread in front does, and how many others stand."""
    debuggee, name = scene.debuggee, clean(scene.focus.service, lines=False)
    if debuggee is None:
        return Content.styled(f" {name or 'nothing'} is not debugged", _QUIET)
    if debuggee.phase is not Phase.ATTACHED:
        symbol, tone = _PHASES[debuggee.phase]
        said = debuggee.error if debuggee.phase is Phase.FAILED else debuggee.note or debuggee.phase.value
        said = said.strip().partition("\n")[0].rstrip(":")
        return Content.assemble((f" {symbol} {name}: ", tone), (clean(said, lines=False), "$text"))
    others = [each for each in standing(scene.debugged) if each[2] is not scene.thread]
    more = f" · {len(others)} more stand{'s' if len(others) == 1 else ''}" if others else ""
    stop, thread, process = scene.stop, scene.thread, scene.process
    if stop is None:
        count = sum(len(one.threads) for one in debuggee.processes)
        what = f"{len(debuggee.processes)} process{'es' if len(debuggee.processes) != 1 else ''}, "
        what += f"{count} thread{'s' if count != 1 else ''}"
        return Content.assemble((f" ▶ {name} runs", "$text-success"), (f" · {what}{more}", _QUIET))
    tone = "bold $text-error" if stop.reason == "exception" else "bold $text-warning"
    whose = " · ".join(part for part in (process.container if process else "", thread.name if thread else "") if part)
    spans = [(" ■ ", tone)]
    if scene.frame is not None:
        spans.append((f"{clean(place(scene.frame), lines=False)} {clean(scene.frame.name, lines=False)}", "bold $text"))
        spans.append((" · ", _QUIET))
    spans += [(clean(words(stop), lines=False), tone), (f" · {clean(whose, lines=False)}{more}", _QUIET)]
    return Content.assemble(*spans)


def hints(scene: Scene, keys: Keys) -> list[Part]:
    """The keys that make sense now, by importance."""
    found = []
    for each in sorted((one for one in ACTIONS if one.hint and keys.first(one.id)), key=lambda one: one.hint):
        if not each.refusal(scene):
            styled = ((keys.first(each.id), "bold $primary"), (f" {each.label}", "$foreground-muted"))
            right = each.hint >= 90
            found.append(Part(styled=styled, target=each.id, weight=0 if right else each.hint, right=right))
    return found

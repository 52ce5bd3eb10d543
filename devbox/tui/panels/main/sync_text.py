"""The Sync tab's text."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.content import Content

from devbox.compose.model import Service, WatchRule
from devbox.session.syncing import Batch, ServiceSync, Syncing, WatchPhase
from devbox.sync.compare import Verified
from devbox.sync.rules import words
from devbox.sync.told import took
from devbox.tui.amounts import size
from devbox.tui.text import plain, shorten, shorten_name

_QUIET = "$foreground 60%"
_TONES = {
    WatchPhase.WATCHING: "$text-success",
    WatchPhase.FAILED: "$text-error",
    WatchPhase.PAUSED: "$text-warning",
}
_LAST, _LATEST = 8, 3
"""Batches shown of a service, newest first: of one alone, and among others."""
_NAMED = 20
"""Differences shown of a rule."""
_WHAT = 16
_NARROWEST = 12
_GAP = "   "


def sync_page(
    services: Sequence[Service], sync: Syncing, folder: str, width: int, keys: Sequence[tuple[str, str]] = ()
) -> Content:
    """Whether it is watched and what can be done, then each of these services: rules, what fails, what differs, the
    last batches. `keys`: (key, what it does).

    Of several, those that fail come first, then those of which something was heard last; the quiet ones have a line.
    """
    watched = [service for service in services if service.watch]
    if not watched:
        text = "No rules: below `develop.watch` of a service, say which files go into its container."
        return Content.styled(text, _QUIET)
    if len(watched) == 1:
        return Content("\n\n").join(
            [_head(sync, watched, width, keys), _service(watched[0], sync, folder, width, _LAST)]
        )
    told = sorted((one for one in watched if _heard(one, sync)), key=lambda one: _heard(one, sync), reverse=True)
    blocks = [_head(sync, watched, width, keys), *(_service(one, sync, folder, width, _LATEST) for one in told)]
    if quiet := [one for one in watched if one not in told]:
        blocks.append(_quiet(quiet, width))
    return Content("\n\n").join(blocks)


def _heard(service: Service, sync: Syncing) -> tuple[()] | tuple[bool, float]:
    """Whether something is wrong with it, and when something was heard of it last; () if neither."""
    known = sync.services.get(service.name, ServiceSync())
    differs = any(one.service == service.name and not one.ok for one in sync.verified)
    last = known.batches[-1].at if known.batches else 0.0
    wrong = bool(known.failures) or differs
    return (wrong, last) if wrong or last else ()


def _quiet(services: Sequence[Service], width: int) -> Content:
    wide = min(max(len(one.name) for one in services), max(width // 2 - 4, _NARROWEST))
    lines = [Content.styled("Nothing to tell yet", _QUIET)]
    for one in services:
        rules = " · ".join(words(rule) for rule in one.watch)
        name = plain(f"  {shorten_name(one.name, wide):{wide}}  ", lines=False)
        lines.append(name + plain(shorten(rules, max(width - wide - 4, _NARROWEST)), _QUIET))
    return Content("\n").join(lines)


def _head(sync: Syncing, watched: Sequence[Service], width: int, keys: Sequence[tuple[str, str]]) -> Content:
    symbol = "●" if sync.phase is WatchPhase.WATCHING else "‖"
    failing = sum(bool(sync.services.get(one.name, ServiceSync()).failures) for one in watched)
    several = f" {len(watched)} services" if sync.phase is WatchPhase.WATCHING and len(watched) > 1 else ""
    phase = Content.styled(f"{symbol} {sync.phase.value}{several}", _TONES.get(sync.phase, _QUIET))
    if sync.phase is WatchPhase.PAUSED:
        phase += Content.styled("; what is saved now is sent when it goes on", _QUIET)
    named = Content("  ").join(Content.assemble((key, "bold $primary"), (f" {what}", _QUIET)) for key, what in keys)
    fits = phase.cell_length + len(_GAP) + named.cell_length <= width
    lines = [phase + Content(_GAP) + named] if keys and fits else [phase, *([named] if keys else [])]
    if failing and len(watched) > 1:
        lines.append(Content.styled(f"✗ {failing} of {len(watched)} not kept like their files", "$text-error"))
    lines += [plain(text, "$text-error") for text in (sync.error, sync.hint) if text]
    if sync.verifying:
        lines.append(Content.styled("comparing both sides …", _QUIET))
    elif sync.verified_at:
        count = sum(len(one.differences) for one in sync.verified)
        failed = sum(bool(one.error) for one in sync.verified)
        said = f"{count} difference{'' if count == 1 else 's'}" if count else "no difference"
        said += f", {failed} could not be compared" if failed else ""
        compared = f"compared at {_clock(sync.verified_at)}: {said}" if sync.verified else "nothing to compare runs"
        lines.append(Content.styled(compared, "$text-error" if count or failed else _QUIET))
    return Content("\n").join(lines)


def _service(service: Service, sync: Syncing, folder: str, width: int, last: int) -> Content:
    known = sync.services.get(service.name, ServiceSync())
    lines = [plain(shorten_name(service.name, width), "bold")]
    lines += _rules(service.watch, folder, width)
    lines += [Content("  ") + plain(text, _QUIET) for text in known.idle]
    for name, failure in known.failures.items():
        lines.append(Content("  ") + plain(f"✗ {name}: {failure.error}", "$text-error", lines=False))
        lines += [Content("    ") + plain(failure.hint, _QUIET)] if failure.hint else []
        pending = f"{failure.pending} pending, " if failure.pending else ""
        lines.append(Content.styled(f"    {pending}tried again at {_clock(failure.again)}", _QUIET))
    for one in sync.verified:
        lines += _verified(one) if one.service == service.name else []
    several = len({batch.container for batch in known.batches if batch.container}) > 1
    lines += [_batch(batch, width, several) for batch in reversed(known.batches[-last:])]
    return Content("\n").join(lines)


def _rules(rules: Sequence[WatchRule], folder: str, width: int) -> list[Content]:
    """A line each, long paths cut in their middle."""
    said = [shorten(words(rule), max(width // 3, 2 * _NARROWEST)) for rule in rules]
    wide = max(map(len, said))
    room = max(width - wide - 4, 2 * _NARROWEST)
    lines = []
    for rule, action in zip(rules, said, strict=True):
        root = rule.path.removeprefix(f"{folder.rstrip('/')}/")
        target = f" → {rule.target}" if rule.target else ""
        if len(root) + len(target) > room:
            half = room // 2 if target else room
            root = shorten_name(root, max(half, room - len(target)))
            target = target and f" → {shorten_name(rule.target, room - len(root) - 3)}"
        lines.append(Content("  ") + plain(f"{action:{wide}}  {root}{target}", lines=False))
    return lines


def _verified(one: Verified) -> list[Content]:
    if one.error:
        return [Content("  ") + plain(f"✗ {one.container}: not compared: {one.error}", "$text-error", lines=False)]
    lines = [
        Content("  ")
        + plain(f"≠ {one.container}: {each.fault.value} {one.rule.place(each.path)}", "$text-error", lines=False)
        for each in one.differences[:_NAMED]
    ]
    if len(one.differences) > _NAMED:
        lines.append(Content(f"  and {len(one.differences) - _NAMED} more"))
    return lines


def _batch(batch: Batch, width: int, several: bool) -> Content:
    """ "14:02:11  synced  2 files  3.1K  41 ms  main.py, b.py", with the replica's number if there are `several`."""
    files = f"{batch.files} file{'' if batch.files == 1 else 's'}" if batch.files else ""
    sent = size(batch.size) if batch.size else ""
    replica = f"  {'-' + batch.container.rpartition('-')[2]:<3}" if several else ""
    what = shorten(batch.what, _WHAT)
    said = f"{what:<{_WHAT}}  {files:>9}  {sent:>5}  {took(batch.seconds):>7}{replica}"
    line = Content.styled(f"  {_clock(batch.at)}  ", _QUIET) + plain(said, lines=False)
    names = ", ".join(batch.names) + (", …" if batch.files > len(batch.names) > 0 else "")
    through = f"through {batch.through}{': ' if names else ''}" if batch.through else ""
    if names or through:
        room = max(width - line.cell_length - 2 - len(through), _NARROWEST)
        line += plain(f"  {through}{names if batch.error else shorten(names, room)}", _QUIET, lines=False)
    return line + plain(f"  {batch.error}", "$text-error", lines=False) if batch.error else line


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))

"""The Sync tab's text."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.content import Content

from devbox.compose.model import Service
from devbox.session.syncing import Batch, ServiceSync, Syncing, WatchPhase
from devbox.sync.compare import Verified
from devbox.sync.rules import words
from devbox.sync.told import took
from devbox.tui.amounts import size
from devbox.tui.text import plain

_QUIET = "$foreground 60%"
_TONES = {
    WatchPhase.WATCHING: "$text-success",
    WatchPhase.FAILED: "$text-error",
    WatchPhase.PAUSED: "$text-warning",
}
_LAST = 8
"""Batches shown of a service, newest first."""
_NAMED = 20
"""Differences shown of a rule."""


def sync_page(services: Sequence[Service], sync: Syncing, folder: str) -> Content:
    """Whether it is watched, then each of these services: rules, what fails, what differs, the last batches."""
    watched = [service for service in services if service.watch]
    if not watched:
        text = "No rules: below `develop.watch` of a service, say which files go into its container."
        return Content.styled(text, _QUIET)
    blocks = [_head(sync)]
    blocks += [_service(service, sync, folder) for service in watched]
    return Content("\n\n").join(blocks)


def _head(sync: Syncing) -> Content:
    phase = Content.styled(
        f"{'●' if sync.phase is WatchPhase.WATCHING else '‖'} {sync.phase.value}", _TONES.get(sync.phase, _QUIET)
    )
    lines = [phase]
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


def _service(service: Service, sync: Syncing, folder: str) -> Content:
    known = sync.services.get(service.name, ServiceSync())
    lines = [plain(service.name, "bold", lines=False)]
    for rule in service.watch:
        root = rule.path.removeprefix(f"{folder.rstrip('/')}/")
        target = f" → {rule.target}" if rule.target else ""
        lines.append(Content("  ") + plain(f"{words(rule):<18} {root}{target}", lines=False))
    lines += [Content("  ") + plain(text, _QUIET) for text in known.idle]
    for name, failure in known.failures.items():
        again = f", tried again at {_clock(failure.again)}"
        pending = f"{failure.pending} pending{again}"
        lines.append(Content("  ") + plain(f"✗ {name}: {failure.error} ({pending})", "$text-error", lines=False))
        lines += [Content("    ") + plain(failure.hint, _QUIET)] if failure.hint else []
    for one in sync.verified:
        lines += _verified(one) if one.service == service.name else []
    lines += [_batch(batch) for batch in reversed(known.batches[-_LAST:])]
    return Content("\n").join(lines)


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


def _batch(batch: Batch) -> Content:
    """ "14:02:11  synced  2 files  3.1K  41 ms  main.py, b.py"."""
    files = f"{batch.files} file{'' if batch.files == 1 else 's'}" if batch.files else ""
    sent = size(batch.size) if batch.size else ""
    line = Content.styled(f"  {_clock(batch.at)}  ", _QUIET)
    line += plain(f"{batch.what:<16}  {files:>9}  {sent:>5}  {took(batch.seconds):>7}", lines=False)
    more = ", …" if batch.files > len(batch.names) > 0 else ""
    line += plain(f"  {', '.join(batch.names)}{more}".rstrip(), _QUIET, lines=False)
    return line + plain(f"  {batch.error}", "$text-error", lines=False) if batch.error else line


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))

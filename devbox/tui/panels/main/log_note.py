"""What is said about a log in a few words."""

from __future__ import annotations

from textual.content import Content

from devbox.tui.widgets.log_canvas import LogStatus


def status_note(status: LogStatus, *, wrap: bool, filtered: bool) -> Content:
    """ "● following · wrap", "‖ 1,204 lines below · f follows"."""
    parts = []
    if status.following:
        parts.append(Content.styled("● following", "$text-success"))
    else:
        below = f"{count(status.waiting)} below" if status.waiting else "at the end"
        parts.append(
            Content.styled(f"‖ held, {below}", "$text-warning") + Content.styled(" · f follows", "$foreground 60%")
        )
    if wrap:
        parts.append(Content("wrap"))
    if filtered:
        parts.append(Content("filter"))
    if status.dropped:
        parts.append(Content.styled(f"{count(status.dropped)} dropped", "$foreground 60%"))
    return Content(" · ").join(parts)


def match_note(status: LogStatus) -> Content:
    """ "match 3 of 17"."""
    if not status.matches:
        return Content.styled("not found", "$text-warning")
    if status.match:
        return Content(f"{status.match:,} of {status.matches:,} · n N")
    return Content(f"{status.matches:,} found")


def count(number: int) -> str:
    """ "999", "12k", "3.4M" lines."""
    if number < 10_000:
        return f"{number:,}"
    return f"{number // 1000:,}k" if number < 1_000_000 else f"{number / 1_000_000:.1f}M"

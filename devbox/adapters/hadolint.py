"""hadolint: what it says of Dockerfiles (github.com/hadolint/hadolint, `--format json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from devbox.adapters import programs
from devbox.hardening.alerts import Alert, Looked, Source
from devbox.hardening.rule import About, Severity

NAME = "hadolint"
_UNPARSED = "DL1000"
_SEVERITIES = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "info": Severity.LOW, "style": Severity.LOW}
_PAGES = {"DL": "https://github.com/hadolint/hadolint/wiki/{}", "SC": "https://www.shellcheck.net/wiki/{}"}


async def look(program: str, environ: Mapping[str, str], sources: Sequence[Source]) -> Looked:
    """Put each of the Dockerfiles to it."""
    alerts: list[Alert] = []
    unasked: list[str] = []
    for source in sources:
        ended = await programs.run([program, "--no-fail", "--format", "json", "-"], environ, source.text.encode())
        try:
            entries = json.loads(ended.output)
        except ValueError:
            unasked.append(f"hadolint ended with {ended.code} on {source.file}: {ended.error}")
            continue
        for entry in entries:
            if entry["code"] == _UNPARSED:
                where = f"{source.file}:{entry['line']}"
                unasked.append(f"hadolint cannot parse {where} ({entry['message']}), so it saw nothing of the file")
            else:
                alerts.append(_alert(entry, source))
    return Looked(alerts=tuple(alerts), programs=frozenset() if unasked else frozenset({NAME}), unasked=tuple(unasked))


def _alert(entry: Mapping[str, str], source: Source) -> Alert:
    code, message = entry["code"], entry["message"]
    page = _PAGES.get(code[:2], "").format(code)
    about = About(
        id=f"{NAME}:{code}",
        severity=_SEVERITIES.get(entry["level"], Severity.LOW),
        title=message,
        reason="",
        remedy="",
        link=page,
    )
    return Alert(about=about, text=message, source=source, line=int(entry["line"]))

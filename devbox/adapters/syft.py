"""syft: the SBOM of an image (github.com/anchore/syft)."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.adapters import programs

_ASKS_NOBODY = {"SYFT_CHECK_FOR_APP_UPDATE": "false", "NO_COLOR": "1"}


async def bill(program: str, environ: Mapping[str, str], image: str, file: str) -> str:
    """Write the image's SBOM; "" or why not."""
    words = ["scan", f"docker:{image}", "--output", f"cyclonedx-json={file}"]
    ended = await programs.run([program, *words], {**environ, **_ASKS_NOBODY})
    return f"syft wrote no SBOM: {ended.error.rpartition('ERROR ')[2]}" if ended.code else ""

"""syft: the SBOM of an image (github.com/anchore/syft)."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.adapters import programs


async def bill(program: str, environ: Mapping[str, str], image: str, file: str) -> str:
    """Write the image's SBOM; "" or why not."""
    words = ["scan", f"docker:{image}", "--quiet", "--output", f"cyclonedx-json={file}"]
    ended = await programs.run([program, *words], environ)
    return f"syft wrote no SBOM: {ended.error}" if ended.code else ""

"""References of images, REGISTRY/NAME:TAG@DIGEST, taken apart."""

from __future__ import annotations


def tag(reference: str) -> str:
    """Its tag; "" without one."""
    return reference.partition("@")[0].rpartition("/")[2].partition(":")[2]

"""A shop whose API depends on a database and a cache, and plans as text."""

from __future__ import annotations

import textwrap

SHOP = """
services:
  db:
    image: pg
    volumes: [data:/var/lib/pg]
    healthcheck: {test: pg_isready}
  cache:
    image: redis
  api:
    image: app
    environment: {A: "1"}
    depends_on:
      db: {condition: service_healthy, restart: true}
      cache: {condition: service_started}
volumes: {data: {}}
"""


def text(lines: str) -> str:
    return textwrap.dedent(lines).strip("\n")

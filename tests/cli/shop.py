"""A shop in three environments, whose passwords are files that are not there yet; dev has its own in its file."""

from __future__ import annotations

from tests.cli.world import Said, World
from tests.real import IMAGE

BASE = f"""
name: shop
services:
  api:
    image: {IMAGE}
    user: "10001:10001"
    secrets: [db, token]
  db:
    image: {IMAGE}
    user: "999:999"
    secrets: [db]
secrets:
  db: {{file: "${{SECRETS}}/db"}}
  token: {{file: "${{SECRETS}}/token", x-devbox: {{generate: {{length: 12, alphabet: abc}}}}}}
"""
DEV = f"""
name: shop
services:
  api:
    image: {IMAGE}
    environment: {{DB_PASSWORD: devpass, DATABASE_URL: "postgres://api:other@db/shop"}}
"""
YAML = """
default: dev
environments:
  dev: {files: [compose.dev.yaml]}
  stage: {files: [compose.yaml], env_files: [stage.env]}
  prod: {files: [compose.yaml], env_files: [prod.env], protected: true}
"""


def made(world: World, environment: str = "stage") -> dict[str, str]:
    """The secrets of the environment, with what they hold."""
    folder = world.folder / "secrets" / environment
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def filled(world: World, environment: str = "stage") -> World:
    """With all secrets of the environment made."""
    assert world.run("-e", environment, "secrets", "init").code == 0
    return world


def up(world: World, environment: str = "stage", *more: str) -> Said:
    return world.run("-e", environment, *more, "up")


def opened(world: World) -> World:
    """With its files written."""
    world.write(YAML, "devbox.yaml")
    world.write(BASE)
    world.write(DEV, "compose.dev.yaml")
    for name in ("stage", "prod"):
        world.write(f"SECRETS=./secrets/{name}\n", f"{name}.env")
    return world

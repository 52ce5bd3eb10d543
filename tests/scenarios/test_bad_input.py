"""What goes wrong on a machine: a port in use, a full volume."""

from __future__ import annotations

import os
import socket

from tests.scenarios.stack import Stack, networks


def test_a_port_in_use_is_told_with_who_has_it_and_which_line_asks_for_it_before_anything_is_touched(
    stack: Stack,
) -> None:
    stack.write("""
        services:
          db: {<<: *service}
          web:
            <<: *service
            depends_on: [db]
            ports:
              - "127.0.0.1:${WEB_PORT}:80"
        """)
    line = stack.file.read_text().splitlines().index('      - "127.0.0.1:${WEB_PORT}:80"') + 1
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (stack.folder / ".env").write_text(f"# ours\nWEB_PORT={port}\n")
        said = stack.devbox("up")
    assert said.returncode == 1
    assert f"port {port}/tcp is already taken by " in said.stderr
    assert f"(process {os.getpid()})" in said.stderr
    assert f"compose.yaml:{line}:" in said.stderr
    assert "WEB_PORT is set in .env:2" in said.stderr
    assert (stack.states(), networks(stack.name)) == ({}, [])


def test_a_full_volume_is_told_in_the_services_own_words(stack: Stack) -> None:
    stack.write("""
        services:
          db:
            <<: *service
            command: [sh, -c, "dd if=/dev/zero of=/data/file bs=1k count=100 || exit 5; sleep 1000"]
            volumes: [data:/data]
            healthcheck: {test: "true", interval: 1h}
          api: {<<: *service, depends_on: {db: {condition: service_healthy}}}
        volumes:
          data: {driver_opts: {type: tmpfs, device: tmpfs, o: size=64k}}
        """)
    said = stack.devbox("up")
    assert said.returncode == 1
    assert f"{stack.name}-db-1 exited (5)" in said.stderr
    assert "No space left on device" in said.stderr
    assert stack.states() == {"api-1": "created", "db-1": "exited"}


def test_a_volume_that_fills_up_later_shows_in_what_the_check_says(stack: Stack) -> None:
    stack.write("""
        services:
          db:
            <<: *service
            volumes: [data:/data]
            healthcheck: {test: echo alive > /data/beat, interval: 200ms, retries: 2}
        volumes:
          data: {driver_opts: {type: tmpfs, device: tmpfs, o: size=64k}}
        """)
    assert stack.devbox("up", "--wait").returncode == 0
    stack.containers()["db-1"].exec_run(["sh", "-c", "rm /data/beat; dd if=/dev/zero of=/data/file bs=1k count=100"])
    said = stack.devbox("probe")
    assert said.returncode == 1
    assert "No space left on device" in said.stdout

"""The real engine behind the tests, by the SDK itself, so that what devbox did is checked by other means."""

from __future__ import annotations

import contextlib
import fcntl
import io
import random
import shutil
import socket
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from docker.models.containers import Container

IMAGE = "devbox-test/busybox:latest"
LABEL = "com.docker.compose.project"


@contextlib.contextmanager
def sdk() -> Iterator[docker.DockerClient]:
    """A client of the engine the environment names; closed afterwards."""
    client = docker.from_env(timeout=60)
    try:
        yield client
    finally:
        client.close()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody holds, below those that the system gives to whoever asks for any."""
    for port in random.sample(range(20_000, 30_000), 100):
        with contextlib.suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def make_image(client: docker.DockerClient) -> None:
    """Make the image unless it is there: busybox with its applets linked, nothing else; once for all processes."""
    with (Path(tempfile.gettempdir()) / "devbox-test-image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(ImageNotFound):
            client.images.get(IMAGE)
            return
        client.api.import_image_from_data(
            archive(), repository="devbox-test/busybox", tag="latest", changes=["ENV PATH=/bin", 'CMD ["sh"]']
        )


def archive() -> bytes:
    """A root file system of busybox alone, as a tar."""
    binary = busybox_binary()
    applets = subprocess.run([binary, "--list"], check=True, capture_output=True, text=True).stdout.split()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for folder, mode in (("bin", 0o755), ("etc", 0o755), ("tmp", 0o1777)):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        program = binary.read_bytes()
        entry = tarfile.TarInfo("bin/busybox")
        entry.size, entry.mode = len(program), 0o755
        tar.addfile(entry, io.BytesIO(program))
        for applet in applets:
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
    return packed.getvalue()


def busybox_binary() -> Path:
    if not shutil.which("busybox"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "busybox-static"], check=True)
    found = shutil.which("busybox")
    assert found, "busybox-static did not install"
    return Path(found)


def kill_from_the_host(container: Container) -> None:
    """SIGKILL to its PID 1 behind the engine's back, which would take its own `kill` for the user's wish.

    From a container that sees the engine's machine, so that it needs no rights here; IMAGE must be there.
    """
    container.reload()
    with sdk() as client:
        pid = str(container.attrs["State"]["Pid"])
        client.containers.run(IMAGE, ["kill", "-9", pid], pid_mode="host", network_mode="none", remove=True)


def remove_project(name: str) -> None:
    """Remove every container, network and volume that bears the project's label, and the names under which its images
    are kept; nothing happens without an engine."""
    try:
        client = docker.from_env(timeout=60)
    except DockerException:
        return
    try:
        own = {"label": f"{LABEL}={name}"}
        # A few at a time, which is what takes the time.
        with ThreadPoolExecutor(4) as pool:
            for container in client.api.containers(all=True, filters=own):
                pool.submit(client.api.remove_container, container["Id"], force=True, v=True)
        for network in client.networks.list(filters=own):
            with contextlib.suppress(APIError):
                network.remove()
        for volume in client.volumes.list(filters=own):
            with contextlib.suppress(APIError):
                volume.remove(force=True)
        for image in client.api.images(name="devbox-previous"):
            for tag in image["RepoTags"] or ():
                if tag.startswith(f"devbox-previous:{name}."):
                    with contextlib.suppress(APIError):
                        client.api.remove_image(tag)
    finally:
        client.close()

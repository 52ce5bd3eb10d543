"""Joins its stdin and stdout to a port of this machine: `relay.py PORT WHO`, WHO telling others whose it is."""

import os
import socket
import sys
import threading


def main() -> None:
    """Ends when either side does."""
    try:
        server = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
    except OSError as error:
        sys.exit(f"nothing listens on port {sys.argv[1]}: {error.strerror}")
    server.settimeout(None)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def up() -> None:
        while True:
            data = os.read(0, 1 << 16)
            if not data:
                break
            server.sendall(data)
        server.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=up, daemon=True).start()
    while True:
        data = server.recv(1 << 16)
        if not data:
            break
        # A second answer is not sent before the first is acknowledged, which the kernel else leaves for 40 ms.
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        while data:
            data = data[os.write(1, data) :]
    os._exit(0)


if __name__ == "__main__":
    main()

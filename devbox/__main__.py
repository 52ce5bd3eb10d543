"""`python -m devbox` is `devbox`."""

from devbox.main import main

if __name__ == "__main__":
    raise SystemExit(main())

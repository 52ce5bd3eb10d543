#!/bin/sh
# The contract of the official image: options or a .conf file stand for redis-server with them, and root becomes redis.
set -eu

case "${1:-redis-server}" in
    -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
    if [ "$(id -u)" = 0 ]; then
        find . ! -user redis -exec chown redis '{}' +
        exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
    fi
    # The official image is built without protected mode: inside a container only the network decides who gets in.
    if ! echo "$*" | grep -q -- --protected-mode && ! grep -qs '^protected-mode' "${2:-}"; then
        set -- "$@" --protected-mode no
    fi
    umask 0077
fi
exec "$@"

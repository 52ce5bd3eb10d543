#!/bin/sh
# The contract of the official image: on an empty data folder, make the cluster from POSTGRES_USER, POSTGRES_PASSWORD,
# POSTGRES_DB, POSTGRES_INITDB_ARGS (each also as NAME_FILE) and POSTGRES_HOST_AUTH_METHOD, then run
# /docker-entrypoint-initdb.d/*.{sh,sql,sql.gz}; always drop root.
set -eu

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

read_setting() { # NAME DEFAULT: sets NAME to itself, to the contents of NAME_FILE, or to DEFAULT
    eval "given=\${$1:-} file=\${$1_FILE:-}"
    [ -z "$given" ] || [ -z "$file" ] || fail "both $1 and $1_FILE are set (but are exclusive)"
    [ -z "$file" ] || given=$(cat "$file")
    eval "$1=\${given:-\$2}"
    unset "$1_FILE"
}

run_scripts() {
    for script in /docker-entrypoint-initdb.d/*; do
        # shellcheck source=/dev/null
        case "$script" in
            *.sh) if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
            *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc -f "$script" ;;
            *.sql.gz) gunzip -c "$script" | psql -v ON_ERROR_STOP=1 --no-psqlrc ;;
        esac
    done
}

make_cluster() {
    read_setting POSTGRES_PASSWORD ''
    read_setting POSTGRES_USER postgres
    read_setting POSTGRES_DB "$POSTGRES_USER"
    read_setting POSTGRES_INITDB_ARGS ''
    method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
    [ -n "$POSTGRES_PASSWORD" ] || [ "$method" = trust ] || fail \
        'Database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE.'

    password_file=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" > "$password_file"
    eval "initdb --username=\"\$POSTGRES_USER\" --pwfile=\"\$password_file\" $POSTGRES_INITDB_ARGS"
    rm -f "$password_file"
    printf '\nhost all all all %s\n' "$method" >> "$PGDATA/pg_hba.conf"

    # Reachable only through the socket until it is complete, so that nobody takes the half-made server for ready.
    export PGHOST=/var/run/postgresql PGUSER="$POSTGRES_USER" PGPASSWORD="$POSTGRES_PASSWORD"
    pg_ctl --wait start -o "-c listen_addresses='' -p 5432" > /dev/null
    [ "$POSTGRES_DB" = postgres ] || createdb --maintenance-db=postgres "$POSTGRES_DB"
    export PGDATABASE="$POSTGRES_DB" POSTGRES_USER POSTGRES_DB POSTGRES_PASSWORD
    run_scripts
    pg_ctl --wait --mode=fast stop > /dev/null
    unset PGHOST PGUSER PGPASSWORD PGDATABASE
    echo 'PostgreSQL init process complete; ready for start up.'
}

case "${1:-postgres}" in -*) set -- postgres "$@" ;; esac
[ "${1:-postgres}" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA"
    find "$PGDATA" ! -user postgres -exec chown postgres '{}' +
    install -d -o postgres -g postgres -m 2775 /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
[ -s "$PGDATA/PG_VERSION" ] || {
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA"
    make_cluster
}
unset POSTGRES_PASSWORD PGPASSWORD
exec "$@"

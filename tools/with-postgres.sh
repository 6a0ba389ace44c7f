#!/usr/bin/env bash
# with-postgres.sh COMMAND...: runs COMMAND with TEARLINE_DATABASE naming a PostgreSQL of its own, which ends with it.
# PostgreSQL refuses to run as root, so that its files then belong to the user `postgres` of Debian's package.
set -uo pipefail
server=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$server" ] || server=$(dirname "$(command -v initdb 2>/dev/null || echo /none/initdb)")
if [ ! -x "$server/initdb" ]; then
    echo "Skipped on PostgreSQL: it is not installed (apt-get install postgresql)." >&2
    exit 0
fi
as=()
if [ "$(id -u)" = 0 ]; then
    if ! id postgres >/dev/null 2>&1; then
        echo "Skipped on PostgreSQL: it cannot run as root, and there is no user postgres." >&2
        exit 0
    fi
    as=(runuser -u postgres --)
fi
home=$(mktemp -d)
chmod 755 "$home"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
printf %s "$password" >"$home/password"
mkdir "$home/data" "$home/run"
[ "$(id -u)" = 0 ] && chown -R postgres "$home"
end() {
    cd /
    "${as[@]}" "$server/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$home"
}
trap end EXIT
trap 'exit 130' INT TERM
here=$PWD
cd / # where the other user may be
"${as[@]}" "$server/initdb" -D "$home/data" -U tearline -E UTF8 --locale=C.UTF-8 -A scram-sha-256 \
    --pwfile="$home/password" >"$home/said" 2>&1 || { cat "$home/said" >&2; exit 1; }
"${as[@]}" "$server/pg_ctl" -D "$home/data" -l "$home/data/log" -w \
    -o "-c listen_addresses=127.0.0.1 -p $port -c unix_socket_directories=$home/run -c fsync=off" start \
    >"$home/said" 2>&1 || { cat "$home/said" "$home/data/log" >&2; exit 1; }
cd "$here"
TEARLINE_DATABASE="postgresql://tearline:$password@127.0.0.1:$port/postgres" "$@"

#!/usr/bin/env bash
# Installs what the tests need beyond Python packages, where that is possible, and says plainly where it is not.
set -uo pipefail
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v java >/dev/null 2>&1 || missing+=(default-jre-headless)
[ ${#missing[@]} -eq 0 ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing for the tests: ${missing[*]}" >&2
    if apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
    then
        exit 0
    fi
fi
echo "Not installed: ${missing[*]}. The tests that need them will be skipped and say so." >&2
echo "To run them too: apt-get install ${missing[*]}" >&2

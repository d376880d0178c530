#!/usr/bin/env bash
# Makes the environment VENV with the packages of FILE: with uv when it is there or can be had, else with pip.
# Usage: tools/install.sh VENV FILE. With requirements-production.txt, only files with a known hash are installed.
set -euo pipefail
venv=$1 file=$2

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, venv, ssl, sqlite3; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11, 3.12 or 3.13 with the venv module is needed. On Debian: apt-get install python3-venv" >&2
    exit 1
}

if [ ! -x "$venv/bin/python" ]; then
    python=$(find_python)
    echo "Making the environment in $venv with $("$python" --version)"
    "$python" -m venv "$venv"
fi
uv=$(command -v uv || true)
if [ -z "$uv" ] && "$venv/bin/pip" install --quiet --disable-pip-version-check uv 2>/dev/null; then
    uv=$venv/bin/uv
fi
hashes=()
if grep -q -- --hash= "$file"; then hashes=(--require-hashes); fi
echo "Installing $file"
if [ -n "$uv" ]; then
    "$uv" pip install --quiet --python "$venv/bin/python" ${hashes[@]+"${hashes[@]}"} -r "$file"
else
    "$venv/bin/pip" install --quiet --disable-pip-version-check ${hashes[@]+"${hashes[@]}"} -r "$file"
fi

#!/usr/bin/env bash
# Measures the start page and a page of questions with Lighthouse, as a phone, and fails below 100/100/95
# (accessibility, best practices, performance). It serves the demo clinic itself, on a port and data of its own.
# Needs Node, Chromium, and the network for npm once: `make lighthouse`.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
home=$PWD/var/lighthouse
port=${LIGHTHOUSE_PORT:-8971}
mkdir -p "$home/data"
[ -x "$home/node_modules/.bin/lighthouse" ] || npm install --silent --no-audit --no-fund --prefix "$home" lighthouse@12
export DATA_DIR=$home/data SITE_ORIGIN=http://127.0.0.1:$port BIND=127.0.0.1:$port
export CHROME_PATH=${CHROME_PATH:-$(command -v chromium)}
"$bin/python" manage.py migrate --verbosity 0
"$bin/python" manage.py collectstatic --noinput --verbosity 0
"$bin/python" manage.py demo >/dev/null
"$bin/gunicorn" --log-level error intake.wsgi &
server=$!
trap 'kill $server' EXIT
"$bin/python" tools/lighthouse.py "$SITE_ORIGIN" "$home"

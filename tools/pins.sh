#!/usr/bin/env bash
# Compiles requirements.in and requirements-dev.in into pins that hold for Python 3.11 to 3.13,
# and carries the comment of each direct dependency over.
set -euo pipefail
for name in requirements requirements-dev; do
    uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate "$name.in" |
        awk '
            BEGIN { while ((getline line < "requirements.in") > 0) remember(line)
                    while ((getline line < "requirements-dev.in") > 0) remember(line) }
            function remember(line,  name, at) {
                at = index(line, "#"); name = tolower(line); sub(/[^a-z0-9_-].*/, "", name)
                if (at > 1 && name != "") why[name] = substr(line, at)
            }
            { name = tolower($0); sub(/[^a-z0-9_-].*/, "", name)
              printf (name in why) ? "%-60s %s\n" : "%s%s\n", $0, why[name] }
        ' >"$name.txt"
done
# What production installs: the same pins, each with the hashes of the files that are accepted.
uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --generate-hashes \
    requirements.txt --output-file requirements-production.txt

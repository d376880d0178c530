#!/usr/bin/env bash
# Makes one backup in a folder, verifies it, keeps the newest 14, and checks the audit record against its anchors.
# Usage: deploy/backup.sh FOLDER. Exit code other than 0: somebody must look.
set -euo pipefail
folder=$1
file="$folder/$(date --utc +%Y-%m-%dT%H%M%SZ).backup"
python=.venv/bin/python

"$python" manage.py backup "$file"
# Verifying makes a database on PostgreSQL, which the product itself may not.
(
    if [ -n "${VERIFY_DATABASE_URL-}" ]; then
        unset DATABASE_URL_FILE # it would count more
        export DATABASE_URL=$VERIFY_DATABASE_URL
    fi
    "$python" manage.py verify_backup "$file"
)
# Erasing is for good only when old backups go as well, also while the audit record has to be looked at.
find "$folder" -maxdepth 1 -name '*.backup' -type f -printf '%f\n' | sort | head --lines=-14 |
    while read -r old; do rm -- "$folder/$old"; done
"$python" manage.py verify_audit --anchor "${DATA_DIR:-var}/audit-anchors.jsonl"

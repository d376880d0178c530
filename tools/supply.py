"""What the product is made of: a list of its libraries with their licences, and a bill of materials.

    python -m tools.supply licences    # bring docs/licences.md up to date with the pins
    python -m tools.supply sbom FILE   # write a CycloneDX 1.6 document of what production installs
    python -m tools.supply secrets     # look for secrets in every file of the repository; exit code 1 when one is found

Licences are those that the installed packages declare; one that is for another system keeps the row it has.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINS = ROOT / "requirements-production.txt"
LICENCES = ROOT / "docs" / "licences.md"
HEAD = """# Licences

The libraries that an installation runs with, as they are pinned in `requirements-production.txt`, with the licence
that each declares. The product itself is under the [Apache License 2.0](../LICENSE).
`python -m tools.supply licences` writes this page.

| library | version | licence |
|---|---|---|
"""

SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "an AWS key": r"\bAKIA[0-9A-Z]{16}\b",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36,}\b",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{20,}\b",
    "a Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{16,}\b",
    "a token of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a secret of Django": r"(?i)\bSECRET_KEY\s*[:=]\s*[\"'][^\"']{30,}[\"']",
    "a key ring": r"\"(?:search|audit)\"\s*:\s*\"[A-Za-z0-9+/]{43}=\"",
}
KEPT_APART = re.compile(r"(^|/)(keyring\.json|secret_key|\.env|.*\.(pem|p12|pfx|sqlite3|backup))$")
"""Files that never belong in the repository, whatever they hold."""


@dataclass(frozen=True)
class Pin:
    """One library as production installs it: its name, version and the hashes that are accepted."""

    name: str
    version: str
    hashes: tuple[str, ...]


def pins() -> list[Pin]:
    """Every library of production, in order."""
    found: list[Pin] = []
    for entry in re.split(r"\n(?=\S)", PINS.read_text()):
        named = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", entry)
        if named:
            hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
            found.append(Pin(named[1].lower(), named[2], hashes))
    return found


def licence_of(name: str) -> str:
    """The licence that an installed package declares; empty when it is not installed here."""
    try:
        found = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    classifiers = [
        line.split(" :: ")[-1] for line in found.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    written = (found.get("License") or "").strip().splitlines()
    short = written[0] if written and len(written[0]) < 60 else ""
    return found.get("License-Expression") or ", ".join(classifiers) or short


def listed() -> dict[str, tuple[str, str]]:
    """The version and licence of each library on the page of licences."""
    written = LICENCES.read_text() if LICENCES.exists() else ""
    rows = re.findall(r"(?m)^\| ([a-z0-9._-]+) \| (\d\S*) \| (.+) \|$", written)
    return {name: (version, licence) for name, version, licence in rows}


def write_licences() -> None:
    """Bring the page of licences up to date."""
    known = listed()
    rows = [(pin, licence_of(pin.name) or known.get(pin.name, ("", "not known"))[1]) for pin in pins()]
    LICENCES.write_text(HEAD + "".join(f"| {pin.name} | {pin.version} | {licence} |\n" for pin, licence in rows))


def sbom() -> dict[str, object]:
    """A CycloneDX 1.6 document of what production installs."""
    licences = listed()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "ketamine-screening"}},
        "components": [_component(pin, licences.get(pin.name, ("", ""))[1]) for pin in pins()],
    }


def _component(pin: Pin, licence: str) -> dict[str, object]:
    address = f"pkg:pypi/{pin.name}@{pin.version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": pin.name,
        "version": pin.version,
        "purl": address,
        "licenses": [{"license": {"name": licence}}] if licence else [],
        "externalReferences": [{"type": "distribution", "url": f"https://pypi.org/project/{pin.name}/{pin.version}/"}],
    }


def secrets() -> Iterator[str]:
    """Every place in the repository that looks like a secret, without showing it."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listing.decode().split("\0")):
        if KEPT_APART.search(name):
            yield f"{name}: this kind of file does not belong in the repository"
        elif (ROOT / name).is_file():
            yield from secrets_in(name, (ROOT / name).read_text(errors="replace"))


def secrets_in(name: str, text: str) -> Iterator[str]:
    """The lines of one file that hold what looks like a secret."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from (f"{name}:{number}: {what}" for what, pattern in SECRETS.items() if re.search(pattern, line))


def main(arguments: list[str]) -> int:
    match arguments:
        case ["licences"]:
            write_licences()
        case ["sbom", file]:
            Path(file).write_text(json.dumps(sbom(), indent=2) + "\n")
        case ["secrets"]:
            found = list(secrets())
            print("\n".join(found) or "No secret was found.")
            return int(bool(found))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Asks others about our FHIR files: HL7's JSON schema, an independent validator, and a renderer.

    python -m tools.interop HOME SETS

HOME holds what `tools/interop.sh` installed; SETS is how many random sets of answers the renderer is asked about. Ends
with code 1 when anybody disagrees.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from screening.engine import journey
from screening.engine.assessment import evaluate
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition
from screening.exchange.fhir.questionnaire import export_questionnaire
from screening.exchange.fhir.response import Sent, bundle, resources
from screening.exchange.fhir.structure import problems_in
from screening.exchange.yaml import load_definition

from .answers import SETTINGS, random_answers
from .renderer import Renderer, renderer

CONTENT = Path(__file__).parent.parent.parent / "screening" / "content"
SAMPLES = CONTENT.parent.parent / "tests" / "screening" / "exchange" / "fhir" / "samples"
NAMES = ("ketamine", "check_in")
SEED = int(os.environ.get("INTEROP_SEED", "20260302"))


def main(home: Path, sets: int) -> int:
    definitions = [load_definition(CONTENT / name) for name in NAMES]
    day = datetime.datetime.now(tz=datetime.UTC).date()  # the renderer's today() is its own clock
    files = [file for definition in definitions for file in _files(home, definition, day)]
    is_good = _is_valid(home, files)
    package = home / "package"
    if not package.exists():
        print("LHC-Forms is not installed: what it shows was not compared.")
        return 1
    with renderer(package) as page:
        for definition, share in zip(definitions, (sets - sets // 4, sets // 4), strict=True):
            is_good &= _agrees(page, definition, day, share)
    return 0 if is_good else 1


def _files(home: Path, definition: Definition, day: datetime.date) -> list[Path]:
    """A Questionnaire and, for some answers, a Bundle."""
    compiled, chance = compile_definition(definition), random.Random(SEED)
    found = {definition.key: export_questionnaire(definition).resource}
    found |= {f"{definition.key}_{number}": _bundle(compiled, day, chance) for number in range(5)}
    for name, resource in found.items():
        (home / f"{name}.json").write_text(json.dumps(resource, ensure_ascii=False))
    return [home / f"{name}.json" for name in found]


def _bundle(compiled: Compiled, day: datetime.date, chance: random.Random) -> dict[str, Any]:
    answers = random_answers(compiled, day, chance)
    moment = f"{day.isoformat()}T12:00:00Z"
    sent = Sent(reference="ABCD-2345", questionnaire="https://clinic.example/Questionnaire/q|1", sent_at=moment)
    return bundle(resources(compiled.definition, answers, evaluate(compiled, answers, day), sent), moment)


def _is_valid(home: Path, files: list[Path]) -> bool:
    """Whether every file is found good: ours by our own checks as well, the samples by the other validators."""
    own = [problem for file in files for problem in problems_in(json.loads(file.read_text()))]
    print(*own, sep="\n", end="\n" if own else "")
    script = Path(__file__).parent / "validate.js"
    schema = home / "definitions" / "package" / "dist" / "fhir" / "r4" / "fhir.schema.json"
    environment = {**os.environ, "NODE_PATH": str(home / "node_modules")}

    commands = [["node", str(script), str(schema)], *_medplum(home)]

    def others_accept(paths: list[Path], command: list[str]) -> bool:
        return subprocess.run([*command, *map(str, paths)], env=environment, check=False).returncode == 0

    is_good = not own
    for command in commands:
        print("The next file is broken on purpose, to see that it is refused:", flush=True)
        if others_accept([_broken(home, files[0])], command):
            print("A broken file is accepted.")
            return False
        is_good &= others_accept([*files, *sorted(SAMPLES.glob("*.json"))], command)
    return is_good


def _medplum(home: Path) -> list[list[str]]:
    """How to ask the validator of `@medplum/core`; empty where `tools/interop.sh` found no Node that it runs with."""
    newer = home / "newer-node"
    if not newer.exists():
        return []
    return [[newer.read_text().strip(), str(Path(__file__).parent / "medplum.mjs"), str(home)]]


def _broken(home: Path, file: Path) -> Path:
    resource = json.loads(file.read_text())
    resource["item"][0]["type"] = 3
    (home / "broken.json").write_text(json.dumps(resource))
    return home / "broken.json"


def _agrees(page: Renderer, definition: Definition, day: datetime.date, sets: int) -> bool:
    compiled, chance = compile_definition(definition), random.Random(SEED)
    page.keep(export_questionnaire(definition).resource)
    differing = sum(not _same(page, compiled, day, chance, number) for number in range(sets))
    print(f"{definition.key}: {sets - differing} of {sets} sets of answers show the same in LHC-Forms.")
    return differing == 0


def _same(page: Renderer, compiled: Compiled, day: datetime.date, chance: random.Random, number: int) -> bool:
    answers = random_answers(compiled, day, chance)
    ours = journey.shown(compiled, answers, day, SETTINGS)
    sent = Sent(reference=f"S{number}", questionnaire="q", sent_at=f"{day.isoformat()}T12:00:00Z")
    response = resources(compiled.definition, answers, evaluate(compiled, answers, day), sent)[0]
    theirs = page.shown(response) & compiled.questions.keys() - compiled.symbols.entries_of.keys()
    for name in sorted(ours ^ theirs):
        print(f"  set {number}: {name} is shown by {'us' if name in ours else 'LHC-Forms'} only")
    return ours == theirs


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))

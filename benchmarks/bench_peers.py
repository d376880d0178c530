"""Our engine beside others, on the same workload in the same run, after checking that all of them say the same.

The others come from the npm registry and PyPI into `var/peers`; what cannot be installed is named. They know two values
only, give no reasons, and get complete answers; the engine does what it always does.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import dialects, workload, yardstick
from benchmarks.figures import Figure, amount
from screening.engine.assessment import evaluate
from screening.engine.compiler import Compiled, compile_definition

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var" / "peers"
NPM = (
    "json-logic-engine@5.0.7",
    "json-logic-js@2.0.5",
    "cel-js@0.8.2",
    "@gorules/zen-engine@0.54.0",
    "survey-core@3.1.1",
    "fhirpath@5.2.2",
    "@formio/core@2.8.3",
)
PYPI = "common-expression-language==0.10.0"
SECONDS = amount(small=1, full=4)
"""For each engine, after a quarter of it to warm up."""
RESPONSES = amount(small=200, full=2_000)
UNSURE = 0.02
ENGINES = {
    "json-logic-engine, compiled": "jsonlogic",
    "cel-js": "cel",
    "GoRules Zen": "zen",
    "json-logic-js": "jsonlogic",
    "SurveyJS expressions": "survey",
    "fhirpath.js on variables": "fhirpath",
    "form.io core": "formio",
}
Said = dict[str, str]
"""Flags that are raised, with their severity."""


class Disagrees(Exception):  # noqa: N818 (named for the event)
    """Two engines say different things of one response: no figure of either means anything."""


def run() -> Iterator[Figure]:
    """First with unknowns beside the yardstick, then complete answers beside everybody else."""
    made = workload.make()
    compiled = compile_definition(workload.definition(made))
    yield from _with_unknowns(made, compiled)
    given = workload.responses(made, RESPONSES, unsure=0)
    said, ours = _timed(lambda response: _raised(compiled, response), [workload.answers(one) for one in given])
    yield Figure("evaluate, complete answers: this engine", ours, "µs")
    for name, measured in (("CEL (Rust, from Python)", _cel(made, given, said)), *_node(made, given, said)):
        yield Figure(f"evaluate, complete answers: {name}", *_beside(measured, ours))


def _beside(measured: float | None, ours: float) -> tuple[float | None, str, str]:
    if measured is None:
        return None, "µs", "could not be installed"
    return measured, "µs", f"{measured / ours:.2f} × this engine"


def _with_unknowns(made: workload.Workload, compiled: Compiled) -> Iterator[Figure]:
    given = [workload.answers(one) for one in workload.responses(made, RESPONSES, unsure=UNSURE)]
    found, plain = _timed(yardstick.compile_workload(made), given)
    assessed, ours = _timed(lambda answers: evaluate(compiled, answers, workload.TODAY), given)
    told = [({f.flag: f.severity for f in a.flags}, {f.flag: f.severity for f in a.unresolved}) for a in assessed]
    _agree("the yardstick", told, found)
    raised = statistics.mean(len(one.flags) for one in assessed)
    left = statistics.mean(len(one.unresolved) for one in assessed)
    yield Figure("evaluate, three-valued: the yardstick, without reasons", plain, "µs")
    note = f"{ours / plain:.2f} × the yardstick; {raised:.1f} flags raised and {left:.1f} open, each with its reasons"
    yield Figure("evaluate, three-valued: this engine", ours, "µs", note)


def _raised(compiled: Compiled, answers: Any) -> Said:
    return {flag.flag: flag.severity for flag in evaluate(compiled, answers, workload.TODAY).flags}


def _timed(call: Callable[[Any], Any], given: list[Any]) -> tuple[list[Any], float]:
    """What each response comes to, and the median microseconds of one."""
    for one in given[: len(given) // 4]:
        call(one)
    found, times = [], []
    for one in given:
        started = time.perf_counter_ns()
        found.append(call(one))
        times.append(time.perf_counter_ns() - started)
    return found, statistics.median(times) / 1_000


def _agree(name: str, expected: list[Any], found: list[Any]) -> None:
    for number, (ours, theirs) in enumerate(zip(expected, found, strict=False)):
        if ours != theirs:
            raise Disagrees(f"{name} and this engine differ on response {number}: {theirs} and {ours}.")


def _highest(raised: list[list[str]]) -> Said:
    """The peers list every rule that is true, the highest severity of a flag first."""
    said: Said = {}
    for flag, severity in raised:
        said.setdefault(flag, severity)
    return said


def _node(made: workload.Workload, given: list[Any], said: list[Said]) -> Iterator[tuple[str, float | None]]:
    is_there = _install_node()
    for name, dialect in ENGINES.items():
        if not is_there:
            yield name, None
            continue
        work = dialects.written(made, dialects.DIALECTS[dialect])
        work |= {"responses": [dialects.flat(one) for one in given], "seconds": SECONDS}
        found = json.loads(_run_node(name, work))
        _agree(name, said, [_highest(one) for one in found["raised"]])
        yield name, found["median"]


def _run_node(name: str, work: dict[str, Any]) -> str:
    script = Path(__file__).parent / "peers.mjs"
    done = subprocess.run(
        ["node", str(script), name], input=json.dumps(work), env=os.environ | {"PEERS": str(FOLDER)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Disagrees(f"{name} could not be run: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


def _install_node() -> bool:
    if not shutil.which("npm"):
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(FOLDER)]
    return (FOLDER / "node_modules").is_dir() or not subprocess.run([*command, *NPM], timeout=300).returncode


def _cel(made: workload.Workload, given: list[Any], said: list[Said]) -> float | None:
    target = FOLDER / "python"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), PYPI]
    if not target.is_dir() and subprocess.run(command, timeout=300).returncode:
        return None
    sys.path.append(str(target))
    cel = importlib.import_module("cel")
    work = dialects.written(made, dialects.DIALECTS["cel"])
    steps = [(name, cel.compile(text)) for part in ("conditions", "scores") for name, text in work[part].items()]
    rules = [(flag, severity, cel.compile(text)) for flag, severity, text in work["rules"]]

    def raised(values: dict[str, Any]) -> Said:
        values = dict(values)
        for name, program in steps:
            values[name] = program.execute(values)
        return _highest([[flag, severity] for flag, severity, program in rules if program.execute(values)])

    found, measured = _timed(raised, [dialects.flat(one) for one in given[:200]])
    _agree("CEL", said, found)
    return measured

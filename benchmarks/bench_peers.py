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
from screening.engine.assessment import Assessment, evaluate
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
    yield Figure("complete answers: this engine", ours, "µs")
    fastest: tuple[float, str] | None = None
    for name, measured in (*_node(made, given, said), ("CEL (Rust, from Python)", _cel(made, given, said))):
        if measured is None:
            yield Figure(f"complete answers: {name}", None, "µs", "could not be installed")
            continue
        yield Figure(f"complete answers: {name}", measured, "µs", f"{measured / ours:.2f} × this engine")
        fastest = min(fastest or (measured, name), (measured, name))
    ratio, note = (ours / fastest[0], f"that is {fastest[1]}") if fastest else (None, "no other engine was there")
    yield Figure("complete answers: this engine ÷ the fastest other", ratio, "×", note, at_most=1)


def _with_unknowns(made: workload.Workload, compiled: Compiled) -> Iterator[Figure]:
    given = [workload.answers(one) for one in workload.responses(made, RESPONSES, unsure=UNSURE)]
    plain, reasoned = yardstick.compile_workload(made), yardstick.compile_workload(made, reasons=True)
    assessed = [evaluate(compiled, one, workload.TODAY) for one in given]
    _agree("the yardstick", [_severities(one) for one in assessed], [plain(one) for one in given])
    _agree("the yardstick with reasons", [_reasons(one) for one in assessed], [reasoned(one) for one in given])
    calls = (plain, reasoned, lambda one: evaluate(compiled, one, workload.TODAY))
    without, with_reasons, ours = _in_turns(calls, given)
    raised = statistics.mean(len(one.flags) for one in assessed)
    left = statistics.mean(len(one.unresolved) for one in assessed)
    yield Figure("three-valued: the yardstick, without reasons", without, "µs")
    yield Figure("three-valued: the yardstick, with reasons", with_reasons, "µs")
    yield Figure("three-valued: this engine", ours, "µs", f"{raised:.1f} flags raised and {left:.1f} open on average")
    yield Figure("three-valued: this engine ÷ the yardstick without reasons", ours / without, "×")
    yield Figure("three-valued: this engine ÷ the yardstick with reasons", ours / with_reasons, "×", at_most=1.25)


def _in_turns(calls: tuple[Callable[[Any], Any], ...], given: list[Any]) -> list[float]:
    """The median microseconds of the processor for each call, response by response in turns, after warming up."""
    taken: list[list[int]] = [[] for _ in calls]
    for one in (*given[: len(given) // 4], *given):
        for call, times in zip(calls, taken, strict=True):
            started = time.thread_time_ns()
            call(one)
            times.append(time.thread_time_ns() - started)
    return [statistics.median(times[len(given) // 4 :]) / 1_000 for times in taken]


def _severities(found: Assessment) -> yardstick.Found:
    return {one.flag: one.severity for one in found.flags}, {one.flag: one.severity for one in found.unresolved}


def _reasons(found: Assessment) -> yardstick.Found:
    raised = {one.flag: (one.severity, {each.question: each.answer for each in one.because}) for one in found.flags}
    return raised, {one.flag: (one.severity, sorted(one.questions, key=_place)) for one in found.unresolved}


def _place(question: str) -> int:
    """Where a question of the workload is asked: `q7` is the eighth."""
    return int(question[1:])


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
    return (FOLDER / "node_modules").is_dir() or _is_done([*command, *NPM])


def _is_done(command: list[str]) -> bool:
    try:
        return not subprocess.run(command, timeout=120).returncode
    except subprocess.TimeoutExpired:
        return False


def _cel(made: workload.Workload, given: list[Any], said: list[Said]) -> float | None:
    target = FOLDER / "python"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), PYPI]
    if not target.is_dir() and not _is_done(command):
        shutil.rmtree(target, ignore_errors=True)
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

// Evaluates the workload with one engine of the npm registry: node peers.mjs ENGINE < workload.json
// Prints JSON: microseconds a response (median), how many were evaluated in the time given, and what was raised.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(`${process.env.PEERS}/package.json`);
const [engine] = process.argv.slice(2);
const { responses, conditions, scores, rules, seconds } = JSON.parse(readFileSync(0, "utf8"));

// One after the other: conditions, scores, then rules; `run` turns an expression into a function of the values so far.
function inSteps(run) {
  const compiled = (table) => Object.entries(table).map(([name, text]) => [name, run(text)]);
  const first = [...compiled(conditions), ...compiled(scores)];
  const flags = rules.map(([flag, severity, text]) => [flag, severity, run(text)]);
  return (response) => {
    const values = { ...response };
    for (const [name, evaluate] of first) values[name] = evaluate(values);
    return flags.filter(([, , evaluate]) => evaluate(values)).map(([flag, severity]) => [flag, severity]);
  };
}

const engines = {
  "json-logic-engine, compiled": () => {
    const { LogicEngine } = require("json-logic-engine");
    const logic = new LogicEngine();
    return inSteps((rule) => logic.build(rule));
  },
  "json-logic-js": () => {
    const logic = require("json-logic-js");
    return inSteps((rule) => (values) => logic.apply(rule, values));
  },
  "cel-js": () => {
    const cel = require("cel-js");
    return inSteps((text) => {
      const parsed = cel.parse(text).cst;
      return (values) => cel.evaluate(parsed, values);
    });
  },
  "GoRules Zen": () => {
    const zen = require("@gorules/zen-engine");
    return inSteps((text) => (values) => zen.evaluateExpressionSync(text, values));
  },
  "SurveyJS expressions": () => {
    const { ExpressionRunner } = require("survey-core");
    return inSteps((text) => {
      const runner = new ExpressionRunner(text);
      return (values) => (runner.runValues ? runner.runValues(values) : runner.run(values));
    });
  },
  "fhirpath.js on variables": () => {
    const fhirpath = require("fhirpath");
    return inSteps((text) => {
      const evaluate = fhirpath.compile(text);
      return (values) => evaluate({}, values)[0];
    });
  },
  "form.io core": () => {
    const { processSync, calculateProcessInfo } = require("@formio/core");
    const field = (key, rule) => ({ type: "checkbox", key, input: true, calculateValue: rule });
    const components = [
      ...Object.entries({ ...conditions, ...scores }).map(([name, rule]) => field(name, rule)),
      ...rules.map(([flag, severity, rule]) => field(`${flag}_${severity}`, rule)),
    ];
    return (response) => {
      const data = { ...response };
      const form = { display: "form", components };
      processSync({ form, components, data, submission: { data }, processors: [calculateProcessInfo], scope: {} });
      return rules.filter(([flag, severity]) => data[`${flag}_${severity}`]).map(([flag, severity]) => [flag, severity]);
    };
  },
};

const evaluate = engines[engine]();
const raised = [];
const times = [];
const warm = performance.now() + seconds * 250;
for (const response of responses) {
  if (performance.now() > warm) break;
  evaluate(response);
}
const deadline = performance.now() + seconds * 1000;
for (const response of responses) {
  const started = performance.now();
  raised.push(evaluate(response));
  times.push((performance.now() - started) * 1000);
  if (performance.now() > deadline) break;
}
times.sort((left, right) => left - right);
const megabytes = process.memoryUsage().rss / 1e6;
console.log(JSON.stringify({ median: times[times.length >> 1], evaluated: raised.length, raised, megabytes }));

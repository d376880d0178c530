// Validates FHIR R4 resources with the validator of `@medplum/core`, which needs Node 22.
// Usage: node medplum.mjs HOME FILE…   Prints each problem, and ends with code 1 when there was one.
// HOME holds what tools/interop.sh installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [home, ...files] = process.argv.slice(2);
const { indexStructureDefinitionBundle, validateResource } = createRequire(`${home}/`)("@medplum/core");
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
for (const profiles of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(read(`${home}/definitions/package/dist/fhir/r4/${profiles}.json`));
}

// It throws at errors, and returns warnings.
function problems(resource) {
  try {
    return validateResource(resource).filter((one) => ["error", "fatal"].includes(one.severity));
  } catch (error) {
    return error.outcome?.issue ?? [{ details: { text: String(error) } }];
  }
}

let isGood = true;
for (const file of files) {
  const found = problems(read(file));
  console.log(`${found.length ? "BAD " : "good"}  ${file}`);
  found.slice(0, 5).forEach((one) => console.log(`      medplum: ${one.expression ?? ""} ${one.details?.text ?? ""}`));
  isGood = isGood && !found.length;
}
process.exit(isGood ? 0 : 1);

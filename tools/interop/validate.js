// Validates FHIR R4 resources twice: against HL7's JSON schema (ajv) and with the validator of the package `fhir`.
// Usage: node validate.js SCHEMA FILE…   Prints each problem, and ends with code 1 when there was one.
const fs = require("fs");
const Ajv = require("ajv");
const { Fhir } = require("fhir");

const [schema, ...files] = process.argv.slice(2);
const ajv = new Ajv({ schemaId: "auto", logger: false, unknownFormats: "ignore" });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-06.json"));
const whole = JSON.parse(fs.readFileSync(schema, "utf8"));
// The package that carries the schema adds types of its own, which refer to two that it does not define.
whole.definitions.Resource = whole.definitions.ResourceList;
whole.definitions.integer64 = { type: "integer" };
ajv.addSchema(whole, "fhir");
const other = new Fhir();
let isGood = true;

for (const file of files) {
  const resource = JSON.parse(fs.readFileSync(file, "utf8"));
  const check = ajv.compile({ $ref: "fhir#/definitions/" + resource.resourceType });
  const found = check(resource) ? [] : check.errors.slice(0, 5).map((e) => `JSON schema: ${e.dataPath} ${e.message}`);
  const messages = other.validate(resource).messages.filter((m) => ["error", "fatal"].includes(m.severity));
  found.push(...messages.slice(0, 5).map((m) => `fhir: ${m.location} ${m.message}`));
  console.log(`${found.length ? "BAD " : "good"}  ${file}`);
  found.forEach((line) => console.log("      " + line));
  isGood = isGood && !found.length;
}
process.exit(isGood ? 0 : 1);

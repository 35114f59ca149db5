import { checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import { isReservedKind } from "../store/storage-keys.js";
import { checkKind } from "./declaration.js";
import { partsOf } from "./layout.js";
import type { AnyModel } from "./model.js";
import { type Mixins, optionsOf } from "./primitive.js";
import { COMPOSITE, checkRanking } from "./rankings.js";
import { RecordPlaces } from "./record-places.js";

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const PARTS = ["name", "fields", "identity", "scope", "group", "ranking"];

/**
 * Checks a declared model, each of its primitives included.
 *
 * @param mixins - those it may declare
 * @throws {@link ConfigurationError} for names, identities or options that do not fit together
 */
export function checkModel(name: string, spec: Omit<AnyModel, "name">, mixins: Mixins): void {
  checkName("model name", name);
  checkOptionNames(name, spec, [...PARTS, ...mixins.map((mixin) => mixin.name)]);
  const model: AnyModel = { ...spec, name };
  checkFields(model, [COMPOSITE, ...mixins.flatMap(({ reservedNames = [] }) => reservedNames)]);
  checkIdentity(model);
  for (const [field, { check }] of Object.entries(model.fields)) check?.(field, model);
  for (const mixin of mixins) {
    const options = optionsOf(model, mixin);
    if (options !== undefined) mixin.check?.(options, model);
  }
  checkRanking(model, partsOf(model, new RecordPlaces(model), mixins));
}

function checkFields({ fields }: AnyModel, reserved: readonly string[]): void {
  if (typeof fields !== "object" || fields === null) {
    throw new ConfigurationError("fields", fields, "an object of fields by name");
  }
  for (const [name, field] of Object.entries(fields)) {
    checkName("field name", name);
    if (reserved.includes(name)) throw new ConfigurationError("field name", name, `none of ${reserved.join(", ")}`);
    if (typeof field?.kind !== "string") {
      throw new ConfigurationError(`fields.${name}`, field, "a field, such as keyField() gives");
    }
  }
}

function checkName(option: string, name: string): void {
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new ConfigurationError(option, name, "letters, digits and underscores, beginning with a letter");
  }
}

function checkIdentity(model: AnyModel): void {
  const { identity, scope, group } = model;
  if (!Array.isArray(identity) || identity.length === 0 || new Set(identity).size < identity.length) {
    throw new ConfigurationError("identity", identity, "an array of at least one key field, each once");
  }
  for (const field of identity) checkKind(model, "identity", field, ["key"]);
  const scopeLength = scope === undefined ? 0 : 1;
  if (scope !== undefined && (identity[0] !== scope || identity.length === 1)) {
    throw new ConfigurationError("scope", scope, "the first of at least two identity fields");
  }
  if (group === undefined) return;
  checkOptionNames("group", group, ["name", "by", "owns", "remains"]);
  checkName("group name", group.name);
  if (isReservedKind(group.name)) {
    throw new ConfigurationError("group name", group.name, "another name: records of the library itself have this one");
  }
  if (!Array.isArray(group.by)) throw new ConfigurationError("group.by", group.by, "an array of identity fields");
  const next = identity.slice(scopeLength, scopeLength + group.by.length);
  if (next.join() !== group.by.join() || identity.length <= scopeLength + group.by.length) {
    throw new ConfigurationError("group", group.by.join(", "), "the identity fields after the scope, but not the last");
  }
}

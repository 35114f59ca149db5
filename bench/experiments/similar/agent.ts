import { canonicalJson } from "../../../src/maths/json/canonical-json.js";
import { checkStateDeclaration } from "../../../src/maths/states/declared-state.js";
import {
  fill,
  type KnownArguments,
  type Template,
  templatesOf,
  withDecision,
} from "../../../src/maths/templates/template.js";
import { isFreeText, type Step } from "./events.js";
import { Learner, type Usual } from "./learner.js";

/** What is compared: whole actions, or their types alone. */
export type Compared = "actions" | "types";

/** How actions are told apart: as they were, by templates, or by their types. */
type Naming = "literal" | "templates" | "types";

/** What might be served in place of asking the agent. */
export interface Foreseen {
  readonly usual: Usual;
  /** Whether it is what the agent does. */
  readonly isSame: boolean;
}

/** Numbers in sight of these agents count up for every call; all other features are categories. */
const DECLARED = checkStateDeclaration({ features: { toolsExact: "number" }, levels: "learned" });

/** What is learned of a real agent, from the decisions in which it was asked. */
export class ObservedAgent {
  readonly learner = new Learner(DECLARED);
  readonly #naming: Naming;
  readonly #arguments = new Map<string, KnownArguments>();
  readonly #templates = new Map<string, { readonly type: string; readonly template: Template }>();

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  /** @returns undefined where nothing can be served: nothing is known, a slot has no value, or the usual action is free text */
  foresee(step: Step): Foreseen | undefined {
    const usual = this.learner.usual(step.state);
    if (usual === undefined) return undefined;
    if (this.#naming === "types") return { usual, isSame: usual.action === step.type };
    const named = this.#templates.get(usual.action);
    if (named === undefined || isFreeText(named.type)) return undefined;
    const filling = fill(named.template, step.inSight);
    if ("unbound" in filling) return undefined;
    return { usual, isSame: named.type === step.type && canonicalJson(filling.spec) === step.specText };
  }

  learn(step: Step): void {
    const { state, type } = step;
    this.learner.learn({ state, actionType: type, actions: this.#namesOf(step), succeeded: true });
  }

  /** Whether what is known of the arguments of a type explains all of them. */
  explains({ type, spec, inSight }: Step): boolean {
    const templates = templatesOf(this.#arguments.get(type) ?? new Map(), spec, inSight);
    return templates.some(({ id }) => this.#templates.has(nameOf(type, id)));
  }

  #namesOf({ type, spec, inSight }: Step): readonly string[] {
    if (this.#naming === "types") return [type];
    const before = this.#arguments.get(type) ?? new Map();
    const known = this.#naming === "literal" ? before : withDecision(before, spec, inSight);
    this.#arguments.set(type, known);
    return templatesOf(known, spec, inSight).map((template) => {
      const name = nameOf(type, template.id);
      this.#templates.set(name, { type, template });
      return name;
    });
  }
}

function nameOf(type: string, id: string): string {
  return `${type} ${id}`;
}

import { InvalidArgumentError } from "../../common/errors.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { OutcomeTally } from "./outcome-tally.js";
import { PairTally } from "./pair-tally.js";
import type { Replayed } from "./replayed-cache.js";
import type { Happened, WhatIfResult, Would } from "./what-if-result.js";
import { type LogFindings, whatIfWarnings } from "./what-if-warnings.js";

/** How results are told. */
export interface Telling {
  readonly z: number;
  /** Pairs to name. */
  readonly pairs: number;
  readonly ownChoices: "own" | "taken";
}

/** Counts what happened and what would have. */
export class WhatIfTally {
  readonly #happened: Record<Happened, number> = {
    serve: 0,
    trial: 0,
    explore: 0,
    suggest: 0,
    fallback: 0,
    recorded: 0,
  };
  readonly #would: Record<Would, number> = { serve: 0, trial: 0, suggest: 0, abstain: 0 };
  readonly #changes = new Map<string, { happened: Happened; would: Would; decisions: number }>();
  readonly #served = new OutcomeTally();
  readonly #tried = new OutcomeTally();
  readonly #pairs = new PairTally();
  #decisions = 0;

  add(entry: OutcomeEntry, replayed: Replayed): void {
    const happened = entry.decision ?? "recorded";
    const would = replayed.decision.kind;
    this.#decisions += 1;
    this.#happened[happened] += 1;
    this.#would[would] += 1;
    const name = `${happened} ${would}`;
    const change = this.#changes.get(name) ?? { happened, would, decisions: 0 };
    change.decisions += 1;
    this.#changes.set(name, change);
    if (would === "serve") this.#served.add(entry, replayed.isSame);
    if (would === "trial") this.#tried.add(entry, replayed.isSame);
    this.#pairs.add(entry, replayed);
  }

  /** @throws {@link InvalidArgumentError} when there was no decision */
  result(defaults: TuningConstants, findings: LogFindings, { z, pairs, ownChoices }: Telling): WhatIfResult {
    if (this.#decisions === 0) {
      throw new InvalidArgumentError("log", "empty", "at least one decision with its outcome", {
        hint: "A store logs what is recorded, and decisions once they are reported.",
      });
    }
    const counted = {
      defaults,
      decisions: this.#decisions,
      repeated: findings.repeated,
      happened: this.#happened,
      would: this.#would,
      changes: [...this.#changes.values()],
      served: this.#served.result(z),
      tried: this.#tried.result(z),
      ...this.#pairs.result(pairs),
    };
    return { ...counted, warnings: whatIfWarnings(counted, findings, ownChoices) };
  }
}

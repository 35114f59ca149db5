import type { CacheTypes, Ending, ReflexOptions } from "../../index.js";
import type { DoneCall, Turn } from "./turn.js";

type Passed =
  | ("mode" | "agentId" | "state" | "params" | "episodeId" | "context" | "versions" | "onError")
  | ("errorBudget" | "confidence" | "worseThanAgent" | "trials" | "audits" | "timeoutMs");

/** How a model becomes one that learns: the parts of a reflex, each a function of the turn. */
export interface AdapterOptions<Types extends CacheTypes, Situation extends Turn>
  extends Pick<ReflexOptions<Types, [turn: Situation], unknown>, Passed> {
  /**
   * How a call of a tool ended, for tools that say so in what they return. Default: as the framework has it: a success, a failure,
   * or neither where it was denied or interrupted.
   */
  readonly outcome?: ((done: DoneCall) => Ending<Types>) | undefined;
  /** Told why the cache did not act although it could have. */
  readonly onRefusal?: ((reason: string, turn: Situation) => unknown) | undefined;
}

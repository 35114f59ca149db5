import type { JsonObject, JsonValue } from "../../index.js";

/** A tool, and what it is called with. */
export interface ToolCall {
  readonly tool: string;
  readonly input: JsonValue;
}

/** A call of a tool that has ended. */
export interface DoneCall extends ToolCall {
  /** `"denied"`: somebody did not allow it. `"interrupted"`: somebody stopped it. */
  readonly status: "success" | "failure" | "denied" | "interrupted";
  /** What it gave, or the error, as the framework has it. */
  readonly output: unknown;
}

/** What is known when a model is about to be asked what to do next. */
export interface Turn {
  /** Rounds of tools since somebody last said something. */
  readonly step: number;
  /** The last call of a tool in these rounds; absent in the first. */
  readonly last?: DoneCall;
  /** The names of the tools that may be called. */
  readonly tools: readonly string[];
}

/**
 * A state made of where the agent is and of features of your own: what the task is about. A feature that is undefined is absent.
 */
export function toolState<Features extends JsonObject>(
  { step, last }: Turn,
  features: Features,
): Features & { readonly step: number; readonly lastTool?: string; readonly lastStatus?: DoneCall["status"] } {
  const where = last === undefined ? { step } : { step, lastTool: last.tool, lastStatus: last.status };
  return { ...features, ...where };
}

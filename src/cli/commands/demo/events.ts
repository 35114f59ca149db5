import type { Action, JsonObject, OutcomeEvent, OutcomeName } from "../../../index.js";
import type { Codec } from "./files/codec.js";
import type { Measurement } from "./files/measure.js";
import type { PickedFile } from "./files/pick-files.js";

export const DEMO_AGENT = "demo";

export function stateOf({ kind, sizeClass }: PickedFile): JsonObject {
  return { kind, size: sizeClass.name };
}

export function outcomeName({ right }: Measurement): OutcomeName {
  return right ? "success" : "failure";
}

export function eventOf(file: PickedFile, codec: Codec, measurement: Measurement): OutcomeEvent {
  const action: Action = { type: codec.name, spec: { format: codec.format, level: codec.level } };
  return { agentId: DEMO_AGENT, state: stateOf(file), action, outcome: outcomeName(measurement) };
}

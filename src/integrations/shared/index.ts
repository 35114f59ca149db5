export type { JsonObject, JsonValue } from "../../index.js";
export type { AdapterOptions } from "./adapter-options.js";
export { type Asked, type Heard, type ModelReflex, modelReflex } from "./model-reflex.js";
export { suggestionText } from "./suggestion-text.js";
export { isObject, parsedInput } from "./tool-actions.js";
export { type DoneCall, type ToolCall, type Turn, toolState } from "./turn.js";

export type { AdapterOptions, DoneCall, ToolCall, Turn } from "../shared/index.js";
export { toolState } from "../shared/index.js";
export {
  PolicyCacheMiddleware,
  type PolicyCacheMiddlewareOptions,
  policyCacheMiddleware,
  type ToolExecution,
  type ToolTelemetry,
} from "./middleware.js";
export type { CallParams, ModelTurn, PromptMessage, PromptPart } from "./model-call.js";

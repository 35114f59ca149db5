export type { AdapterOptions, DoneCall, ToolCall, Turn } from "../shared/index.js";
export { toolState } from "../shared/index.js";
export type { AgentTurn, ModelCallRequest } from "./items.js";
export { type AgentModel, type PolicyCacheModel, type PolicyCacheModelOptions, policyCacheModel } from "./model.js";

export type { AdapterOptions, DoneCall, ToolCall, Turn } from "../shared/index.js";
export { toolState } from "../shared/index.js";
export {
  PolicyCacheHooks,
  type PolicyCacheHooksOptions,
  policyCacheHooks,
  type ToolHooks,
  type ToolRequest,
} from "./hooks.js";
export type { ChatMessage, ChatTurn, ModelRequest } from "./messages.js";

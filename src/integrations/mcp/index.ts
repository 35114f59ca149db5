export {
  addPolicyCacheTools,
  POLICY_CACHE_INSTRUCTIONS,
  type PolicyCacheToolsOptions,
  type ToolServer,
} from "./server.js";

import { Store } from "../../src/store/store.js";
import { StrictEngine } from "../support/stores/strict-engine.js";
import { describeConformance } from "./describe-conformance.js";

describeConformance("memory in 8 shards", async (request) => new Store(new StrictEngine(8), request));

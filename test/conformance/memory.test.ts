import { openStore } from "../../src/store/store.js";
import { describeConformance } from "./describe-conformance.js";

describeConformance("memory", (request) => openStore("memory:", request));

import { describeReferenceFigures } from "./reference-figures.js";

describeReferenceFigures({
  variant: "base",
  file: "train.events.jsonl",
  states: 135,
  pairs: 331,
  crystallized: { 0.6: 5, 0.3: 27 },
  passing: { 0.6: 4, 0.3: 20 },
});

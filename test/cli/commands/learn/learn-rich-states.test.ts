import { describeReferenceFigures } from "./reference-figures.js";

describeReferenceFigures({
  variant: "rich",
  file: "train.rich.events.jsonl",
  states: 447,
  pairs: 690,
  crystallized: { 0.6: 5, 0.3: 34 },
  passing: { 0.6: 4, 0.3: 32 },
});

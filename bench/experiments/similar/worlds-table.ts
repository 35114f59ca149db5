import { type Estimated, proportion, ratioOfSums } from "../../harness/statistics.js";
import { live, WORLD_RULES, type WorldRule } from "./worlds/live.js";
import { WORLD_KINDS, type WorldKind } from "./worlds/world.js";

export const WORLD_BUDGETS = [0.1, 0.2, 0.3] as const;

const SHADOW = 0.1;

export interface WorldFigures {
  readonly kind: WorldKind;
  readonly budget: number;
  readonly rule: WorldRule;
  readonly worlds: number;
  readonly served: Estimated;
  readonly wrong: Estimated;
  /** Worlds in which the promise was ever broken. */
  readonly everOver: Estimated;
  /** Worlds in which more of what was served was wrong than the budget allows. */
  readonly overInTheEnd: Estimated;
  readonly failedTrials: number;
  readonly resets: number;
}

export function worldFigures(
  worlds: number,
  steps: number,
  seed: number,
  onProgress: (text: string) => void,
): readonly WorldFigures[] {
  return WORLD_KINDS.flatMap((kind) =>
    WORLD_BUDGETS.flatMap((budget) =>
      WORLD_RULES.map((rule) => {
        onProgress(`${kind}, budget ${budget}, ${rule}`);
        const setting = { kind, rule, budget, steps, shadow: SHADOW };
        const lives = Array.from({ length: worlds }, (_, world) => live(setting, seed * 100_000 + world));
        return {
          kind,
          budget,
          rule,
          worlds,
          served: ratioOfSums(lives.map(({ served }) => [served, steps] as const)),
          wrong: ratioOfSums(lives.map(({ wrong, served }) => [wrong, served] as const)),
          everOver: proportion(lives.filter(({ everOver }) => everOver).length, worlds),
          overInTheEnd: proportion(lives.filter(({ wrong, served }) => wrong > budget * served).length, worlds),
          failedTrials: lives.reduce((sum, { failedTrials }) => sum + failedTrials, 0) / worlds,
          resets: lives.reduce((sum, { resets }) => sum + resets, 0) / worlds,
        };
      }),
    ),
  );
}

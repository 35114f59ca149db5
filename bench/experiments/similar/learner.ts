import type { JsonObject } from "../../../src/maths/json/json-value.js";
import { LEVELS, type LevelsFound, learnLevels, learnNextAfter } from "../../../src/maths/levels/learned-levels.js";
import { type CellShare, estimatesOf } from "../../../src/maths/levels/score.js";
import { type Cell, cellsOf } from "../../../src/maths/states/cells.js";
import type { DeclaredState } from "../../../src/maths/states/declared-state.js";
import { type StateLevels, stateLevels } from "../../../src/maths/states/state-levels.js";

/** What the agent did when it was asked. */
export interface Learnt {
  readonly state: JsonObject;
  readonly actionType: string;
  /** Whatever the action may be called: a decision may be explained by several templates. */
  readonly actions: readonly string[];
  readonly succeeded: boolean;
}

/** What is known of one action in one cell. */
interface ActionCounts {
  chosen: number;
  succeeded: number;
  /** Decisions of the cell before it was first chosen there. */
  readonly before: number;
}

interface CellCounts {
  decisions: number;
  readonly actions: Map<string, ActionCounts>;
}

/** The usual action of a state. */
export interface Usual {
  readonly action: string;
  /** How likely it is that the agent does it. */
  readonly share: number;
  /** How likely it is that the agent does it and it goes well. */
  readonly goodShare: number;
  /** How likely it is that it goes well where the agent does it. */
  readonly successShare: number;
  /** Of the state alone, after the agent first chose it there: chosen of all decisions, and gone well of them. */
  readonly own: { readonly decisions: number; readonly chosen: number; readonly succeeded: number };
  /** Outcomes of the action in each cell. */
  readonly outcomes: readonly CellShare[];
}

/** Everything learned of the decisions of one agent, in this process: what records in a store will hold. */
export class Learner {
  readonly #declared: DeclaredState;
  readonly #levelCount: number;
  readonly #learnt: Learnt[] = [];
  #cells = new Map<string, CellCounts>();
  #overall: CellCounts = newCell();
  #found: LevelsFound | undefined;
  #levels: StateLevels;
  #learnNext = learnNextAfter(0);
  /** By state: states come again, and their cells stay the same until levels are learned. */
  #known = new WeakMap<JsonObject, readonly Cell[]>();

  constructor(declared: DeclaredState, levelCount = LEVELS) {
    this.#declared = declared;
    this.#levelCount = levelCount;
    this.#levels = stateLevels(declared);
  }

  get found(): LevelsFound | undefined {
    return this.#found;
  }

  /** The action that the agent most likely does; undefined where nothing is known. */
  usual(state: JsonObject): Usual | undefined {
    const cells = this.#cellsOf(state).map(({ level, fingerprint }) => this.#cells.get(`${level} ${fingerprint}`));
    const named = new Set<string>();
    for (const cell of cells) for (const action of cell?.actions.keys() ?? []) named.add(action);
    if (named.size === 0) for (const action of this.#overall.actions.keys()) named.add(action);
    let best: string | undefined;
    let highest = -1;
    for (const action of named) {
      const share = this.#score(action, cells, ({ chosen }) => chosen);
      if (share <= highest) continue;
      highest = share;
      best = action;
    }
    if (best === undefined) return undefined;
    const action = best;
    const inState = cells[0]?.actions.get(action);
    const { decisions = 0 } = cells[0] ?? {};
    return {
      action,
      share: highest,
      goodShare: this.#score(action, cells, ({ succeeded }) => succeeded),
      successShare: this.#score(
        action,
        cells,
        ({ succeeded }) => succeeded,
        ({ chosen }) => chosen,
      ),
      own: {
        decisions: inState === undefined ? 0 : decisions - inState.before - 1,
        chosen: (inState?.chosen ?? 1) - 1,
        succeeded: Math.max(0, (inState?.succeeded ?? 1) - 1),
      },
      outcomes: cells.flatMap((cell) => {
        const counts = cell?.actions.get(action);
        return counts === undefined ? [] : [{ right: counts.succeeded, decisions: counts.chosen }];
      }),
    };
  }

  learn(learnt: Learnt): void {
    this.#learnt.push(learnt);
    this.#count(learnt);
    if (this.#learnt.length >= this.#learnNext) this.#learnLevels();
  }

  /** After drift: what was counted weighs less from now on. */
  weaken(share: number): void {
    for (const cell of [this.#overall, ...this.#cells.values()]) {
      cell.decisions *= share;
      for (const [action, counts] of cell.actions) {
        const { chosen, succeeded, before } = counts;
        cell.actions.set(action, { chosen: chosen * share, succeeded: succeeded * share, before: before * share });
      }
    }
  }

  #score(
    action: string,
    cells: readonly (CellCounts | undefined)[],
    right: (counts: ActionCounts) => number,
    decisions?: (counts: ActionCounts) => number,
  ): number {
    const shareIn = (cell: CellCounts | undefined): CellShare => {
      const counts = cell?.actions.get(action);
      const all = decisions === undefined ? (cell?.decisions ?? 0) : counts === undefined ? 0 : decisions(counts);
      return { right: counts === undefined ? 0 : right(counts), decisions: all };
    };
    const overall = shareIn(this.#overall);
    const coarseFirst = cells.map(shareIn).reverse();
    return estimatesOf(overall.decisions === 0 ? 0 : overall.right / overall.decisions, coarseFirst).at(-1) ?? 0;
  }

  #learnLevels(): void {
    this.#learnNext = learnNextAfter(this.#learnt.length);
    const decisions = this.#learnt.map(({ state, actionType }) => ({ state, actionType, count: 1 }));
    this.#found = learnLevels(decisions, this.#declared, this.#found, this.#levelCount);
    this.#levels = stateLevels(this.#declared, this.#found);
    this.#known = new WeakMap();
    this.#cells = new Map();
    this.#overall = newCell();
    for (const learnt of this.#learnt) this.#count(learnt);
  }

  #count(learnt: Learnt): void {
    countIn(this.#overall, learnt);
    for (const { level, fingerprint } of this.#cellsOf(learnt.state)) {
      const key = `${level} ${fingerprint}`;
      const cell = this.#cells.get(key) ?? newCell();
      countIn(cell, learnt);
      this.#cells.set(key, cell);
    }
  }

  #cellsOf(state: JsonObject): readonly Cell[] {
    const cells = this.#known.get(state) ?? cellsOf(state, this.#declared, this.#levels);
    this.#known.set(state, cells);
    return cells;
  }
}

function newCell(): CellCounts {
  return { decisions: 0, actions: new Map() };
}

function countIn(cell: CellCounts, { actions, succeeded }: Learnt): void {
  for (const action of actions) {
    const counts = cell.actions.get(action) ?? { chosen: 0, succeeded: 0, before: cell.decisions };
    counts.chosen += 1;
    if (succeeded) counts.succeeded += 1;
    cell.actions.set(action, counts);
  }
  cell.decisions += 1;
}

import { type Environment, tabulated } from "./environment.js";
import { columnOf, type Grid, moved, rowOf } from "./grid.js";

const GRID: Grid = { rows: 4, columns: 12 };
const START = 36;
const GOAL = 47;
const MOVES = [
  { name: "up", rows: -1, columns: 0 },
  { name: "right", rows: 0, columns: 1 },
  { name: "down", rows: 1, columns: 0 },
  { name: "left", rows: 0, columns: -1 },
] as const;

/**
 * Cliff Walking: from the bottom left to the bottom right of a 4 by 12 grid along a cliff. Every move costs 1; a move over
 * the cliff costs 100 and leads back to the start, and the episode goes on.
 *
 * @see Sutton and Barto (2018), Reinforcement Learning, 2nd edition, Example 6.6
 */
export function cliffWalking(stepLimit: number): Environment {
  return tabulated({
    name: "Cliff Walking",
    actions: MOVES.map(({ name }) => name),
    stateCount: GRID.rows * GRID.columns,
    starts: [START],
    stepLimit,
    features: (cell) => ({ row: rowOf(GRID, cell), column: columnOf(GRID, cell) }),
    transitions: (cell, action) => {
      const direction = MOVES[action];
      if (direction === undefined || cell > START) return []; // the cliff is never stood on, the goal is the end
      const next = moved(GRID, cell, direction.rows, direction.columns);
      if (next > START && next < GOAL) return [{ probability: 1, reward: -100, next: START, done: false }];
      return [{ probability: 1, reward: -1, next, done: next === GOAL }];
    },
  });
}

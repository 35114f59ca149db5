import { type Environment, type Transition, tabulated } from "./environment.js";
import { columnOf, type Grid, moved, rowOf } from "./grid.js";

export const FROZEN_LAKE_4X4 = ["SFFF", "FHFH", "FFFH", "HFFG"] as const;
export const FROZEN_LAKE_8X8 = [
  "SFFFFFFF",
  "FFFFFFFF",
  "FFFHFFFF",
  "FFFFFHFF",
  "FFFHFFFF",
  "FHHFFFHF",
  "FHFFHFHF",
  "FFFHFFFG",
] as const;

/** In the order in which each lies a quarter turn from the one before. */
const DIRECTIONS = [
  { name: "left", rows: 0, columns: -1 },
  { name: "down", rows: 1, columns: 0 },
  { name: "right", rows: 0, columns: 1 },
  { name: "up", rows: -1, columns: 0 },
] as const;

/**
 * Frozen Lake: reach the goal G from S over ice F without falling into a hole H. Reward 1 at the goal, otherwise 0; goal
 * and holes end the episode. On slippery ice a move goes where it was meant to, or a quarter turn to either side of it,
 * each with probability 1/3.
 *
 * @param map - rows of equal length
 * @param slippery - whether moves may go astray
 * @see Brockman et al. (2016), OpenAI Gym, arXiv:1606.01540; Gymnasium's FrozenLake-v1 and FrozenLake8x8-v1
 */
export function frozenLake(map: readonly string[], slippery: boolean, stepLimit: number): Environment {
  const grid: Grid = { rows: map.length, columns: map[0]?.length ?? 0 };
  const cells = map.join("");
  const isEnd = (cell: number) => cells[cell] === "G" || cells[cell] === "H";
  const move = (cell: number, turns: number, probability: number): Transition => {
    const direction = DIRECTIONS[(turns + DIRECTIONS.length) % DIRECTIONS.length] ?? DIRECTIONS[0];
    const next = moved(grid, cell, direction.rows, direction.columns);
    return { probability, reward: cells[next] === "G" ? 1 : 0, next, done: isEnd(next) };
  };
  return tabulated({
    name: `Frozen Lake ${grid.rows}x${grid.columns}`,
    actions: DIRECTIONS.map(({ name }) => name),
    stateCount: cells.length,
    starts: [cells.indexOf("S")],
    stepLimit,
    features: (cell) => ({ row: rowOf(grid, cell), column: columnOf(grid, cell) }),
    transitions: (cell, action) => {
      if (isEnd(cell)) return [];
      if (!slippery) return [move(cell, action, 1)];
      return [move(cell, action - 1, 1 / 3), move(cell, action, 1 / 3), move(cell, action + 1, 1 / 3)];
    },
  });
}

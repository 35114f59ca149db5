import { type Environment, type Transition, tabulated } from "./environment.js";
import { columnOf, type Grid, moved, rowOf } from "./grid.js";

const GRID: Grid = { rows: 5, columns: 5 };
/** Where passengers wait and want to go: red, green, yellow and blue. */
const STANDS = [
  { name: "red", cell: 0 },
  { name: "green", cell: 4 },
  { name: "yellow", cell: 20 },
  { name: "blue", cell: 23 },
] as const;
const IN_TAXI = STANDS.length;
const ACTIONS = ["south", "north", "east", "west", "pickup", "dropoff"] as const;
/** Walls stand to the right of these cells. */
const WALLS: ReadonlySet<number> = new Set([1, 6, 15, 17, 20, 22]);

interface Ride {
  readonly taxi: number;
  /** Index of the stand, or IN_TAXI. */
  readonly passenger: number;
  readonly destination: number;
}

/**
 * Taxi: fetch a passenger at one of four stands of a 5 by 5 grid with walls and bring them to another. Every step costs
 * 1, picking up or setting down where one cannot costs 10, arriving brings 20 and ends the episode. Episodes start with
 * the taxi anywhere and the passenger at another stand than the destination: 300 states.
 *
 * @see Dietterich (2000), Hierarchical Reinforcement Learning with the MAXQ Value Function Decomposition, JAIR 13,
 *   227-303; rewards, walls and actions as in Gymnasium's Taxi-v3
 */
export function taxi(stepLimit: number): Environment {
  const stateCount = GRID.rows * GRID.columns * (IN_TAXI + 1) * STANDS.length;
  const states = Array.from({ length: stateCount }, (_, state) => state);
  return tabulated({
    name: "Taxi",
    actions: ACTIONS,
    stateCount,
    starts: states.filter((state) => {
      const { passenger, destination } = rideOf(state);
      return passenger !== IN_TAXI && passenger !== destination;
    }),
    stepLimit,
    features: (state) => {
      const ride = rideOf(state);
      return {
        row: rowOf(GRID, ride.taxi),
        column: columnOf(GRID, ride.taxi),
        passenger: STANDS[ride.passenger]?.name ?? "taxi",
        destination: STANDS[ride.destination]?.name ?? "",
      };
    },
    transitions: (state, action) => {
      const ride = rideOf(state);
      // A passenger who waits at the destination has arrived.
      return ride.passenger === ride.destination ? [] : [follow(ride, ACTIONS[action] ?? "south")];
    },
  });
}

function follow(ride: Ride, action: (typeof ACTIONS)[number]): Transition {
  const { taxi: cell, passenger, destination } = ride;
  switch (action) {
    case "south":
      return drive(ride, moved(GRID, cell, 1, 0));
    case "north":
      return drive(ride, moved(GRID, cell, -1, 0));
    case "east":
      return drive(ride, WALLS.has(cell) ? cell : moved(GRID, cell, 0, 1));
    case "west":
      return drive(ride, WALLS.has(cell - 1) ? cell : moved(GRID, cell, 0, -1));
    case "pickup":
      if (STANDS[passenger]?.cell !== cell) return refused(ride);
      return certain(-1, stateOf({ ...ride, passenger: IN_TAXI }), false);
    case "dropoff": {
      const stand = STANDS.findIndex((candidate) => candidate.cell === cell);
      if (passenger !== IN_TAXI || stand < 0) return refused(ride);
      const arrived = stand === destination;
      return certain(arrived ? 20 : -1, stateOf({ ...ride, passenger: stand }), arrived);
    }
  }
}

function drive(ride: Ride, cell: number): Transition {
  return certain(-1, stateOf({ ...ride, taxi: cell }), false);
}

function refused(ride: Ride): Transition {
  return certain(-10, stateOf(ride), false);
}

function certain(reward: number, next: number, done: boolean): Transition {
  return { probability: 1, reward, next, done };
}

function stateOf({ taxi: cell, passenger, destination }: Ride): number {
  return (cell * (IN_TAXI + 1) + passenger) * STANDS.length + destination;
}

function rideOf(state: number): Ride {
  const rest = Math.floor(state / STANDS.length);
  return {
    taxi: Math.floor(rest / (IN_TAXI + 1)),
    passenger: rest % (IN_TAXI + 1),
    destination: state % STANDS.length,
  };
}

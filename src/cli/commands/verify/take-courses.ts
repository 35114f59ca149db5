import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type CourseName, courseNamed } from "./courses.js";
import { type CourseRun, takeCourse } from "./take-course.js";

/** One run of a course. */
export interface PlannedRun {
  readonly name: CourseName;
  readonly seed: number;
}

/** What a thread tells of its run: outcomes learned from so far, and at the end what the run came to. */
export interface CourseMessage {
  readonly events: number;
  readonly run?: CourseRun;
}

/** Outcomes learned from so far by each run, and how many runs are over. */
export type OnProgress = (runsTaken: number, events: number) => void;

/**
 * Takes courses: in memory side by side, each in a thread and a store of its own; in a given store one after another.
 *
 * @returns what each run came to, in order; undefined for those that were interrupted
 */
export async function takeCourses(
  planned: readonly PlannedRun[],
  location: string,
  interruption: AbortSignal,
  onProgress: OnProgress,
): Promise<readonly (CourseRun | undefined)[]> {
  const runs: (CourseRun | undefined)[] = planned.map(() => undefined);
  const events = planned.map(() => 0);
  const isInMemory = location === "memory:";
  const waiting = [...planned.entries()];
  if (isInMemory) waiting.sort(([, left], [, right]) => lengthOf(right) - lengthOf(left));
  let taken = 0;
  const takeWaiting = async () => {
    for (let next = waiting.shift(); next !== undefined && !interruption.aborted; next = waiting.shift()) {
      const [position, run] = next;
      const onEvents = (count: number) => {
        events[position] = count;
        onProgress(
          taken,
          events.reduce((sum, one) => sum + one, 0),
        );
      };
      runs[position] = await (isInMemory
        ? takeInThread(run, interruption, onEvents)
        : takeHere(run, location, interruption, onEvents));
      taken += 1;
    }
  };
  const threads = isInMemory ? availableParallelism() : 1;
  await Promise.all(Array.from({ length: threads }, takeWaiting));
  return runs;
}

function takeHere(
  { name, seed }: PlannedRun,
  location: string,
  interruption: AbortSignal,
  onEvents: (events: number) => void,
) {
  return takeCourse(courseNamed(name), location, seed, interruption, onEvents);
}

function takeInThread(
  planned: PlannedRun,
  interruption: AbortSignal,
  onEvents: (events: number) => void,
): Promise<CourseRun | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("course-worker.js", import.meta.url), { workerData: planned });
    const stop = () => void worker.terminate();
    interruption.addEventListener("abort", stop, { once: true });
    let result: CourseRun | undefined;
    worker.on("message", ({ events, run }: CourseMessage) => {
      onEvents(events);
      result = run ?? result;
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      interruption.removeEventListener("abort", stop);
      resolve(result);
    });
  });
}

/** The longest go first, so that none is left alone at the end. */
function lengthOf({ name }: PlannedRun): number {
  return courseNamed(name).phases.reduce((sum, { steps = 0 }) => sum + steps, 0);
}

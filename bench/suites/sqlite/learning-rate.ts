import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import Database from "libsql";
import { type Library, type OutcomeEvent, type PolicyCache, seededRandom } from "../../harness/library.js";
import { mean, type OverRounds, overRounds } from "../../harness/statistics.js";
import { readAgentEvents, repeatForEver, takeEvents } from "../../harness/stores/agent-events.js";
import { BareWriter, type PreparedWrites } from "./bare-writer.js";
import { RecordingDatabase } from "./recording-database.js";

const BATCH_SIZES = [50, 1000];
/** Events in a row before their bare statements follow. */
const EVENTS_PER_TURN = 1000;

export interface LearningOptions {
  readonly library: Library;
  /** Another build, which takes turns with this one. */
  readonly other: Library | undefined;
  readonly folder: string;
  readonly rounds: number;
  readonly eventsPerRound: number;
  /** Before anything is counted, for V8 to optimise what they run through. */
  readonly warmUpEvents: number;
  readonly eventsFile: string | undefined;
  readonly onProgress: (round: number) => void;
}

export interface LearningFigures {
  readonly source: string;
  readonly eventsPerRound: number;
  readonly figures: readonly ComparedLearner[];
}

interface LearnerFigures {
  readonly name: string;
  readonly eventsPerSecond: OverRounds;
  /** Absent in memory. */
  readonly bare?: {
    readonly eventsPerSecond: OverRounds;
    readonly ratio: OverRounds;
    readonly readsPerEvent: number;
    readonly writesPerEvent: number;
  };
}

type ComparedLearner = LearnerFigures & {
  readonly other?: LearnerFigures & { readonly timesFaster: OverRounds };
};

/**
 * Events per second of learning: appending, counting and crystallizing a stream of an agent's events through
 * `recordMany`, in stores that grow from round to round.
 */
export async function measureLearning(options: LearningOptions): Promise<LearningFigures> {
  const { library, other, folder, rounds, eventsPerRound, warmUpEvents, eventsFile, onProgress } = options;
  const { source, events } = await readAgentEvents(eventsFile, seededRandom(7));
  const ours = await openLearners(library, join(folder, "learning"), events);
  const theirs = other === undefined ? [] : await openLearners(other, join(folder, "learning-other"), events);
  const compared = ours.map((learner, index) => ({ learner, others: theirs.slice(index, index + 1) }));
  const results = compared.map((pair) => ({ ...pair, rounds: [] as Round[], otherRounds: [] as Round[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const result of results) {
      const learners = [result.learner, ...result.others];
      const [own, another] = await runRound(learners, round === 0 ? warmUpEvents : eventsPerRound);
      if (round === 0) continue;
      if (own !== undefined) result.rounds.push(own);
      if (another !== undefined) result.otherRounds.push(another);
    }
    onProgress(round);
  }
  for (const { close } of [...ours, ...theirs]) await close();
  const figures = results.map(({ learner: { name }, rounds, otherRounds }) => {
    const figure = summarise(name, rounds, eventsPerRound);
    if (otherRounds.length === 0) return figure;
    const factors = rounds.map(({ seconds }, round) => (otherRounds[round]?.seconds ?? Number.NaN) / seconds);
    return { ...figure, other: { ...summarise(name, otherRounds, eventsPerRound), timesFaster: overRounds(factors) } };
  });
  return { source, eventsPerRound, figures };
}

/** What some events took, and the statements they issued with the time these take alone. */
interface Round {
  seconds: number;
  bareSeconds: number;
  reads: number;
  writes: number;
}

/** @param learners - the same learner of each build */
async function runRound(learners: readonly Learner[], eventsPerRound: number): Promise<readonly Round[]> {
  const rounds = learners.map((learner) => ({ learner, sum: { seconds: 0, bareSeconds: 0, reads: 0, writes: 0 } }));
  for (let learned = 0; learned < eventsPerRound; learned += EVENTS_PER_TURN) {
    for (const { learner, sum } of rounds) {
      const { seconds, bareSeconds, reads, writes } = await learner.learn(EVENTS_PER_TURN);
      sum.seconds += seconds;
      sum.bareSeconds += bareSeconds;
      sum.reads += reads;
      sum.writes += writes;
    }
  }
  return rounds.map(({ sum }) => sum);
}

interface Learner {
  readonly name: string;
  readonly learn: (events: number) => Promise<Round>;
  readonly close: () => Promise<void>;
}

async function openLearners(
  library: Library,
  folder: string,
  events: readonly OutcomeEvent[],
): Promise<readonly Learner[]> {
  await mkdir(folder, { recursive: true });
  const learners: Learner[] = [];
  for (const batchSize of BATCH_SIZES) learners.push(await sqliteLearner(library, folder, batchSize, events));
  for (const batchSize of BATCH_SIZES) learners.push(await memoryLearner(library, batchSize, events));
  return learners;
}

async function sqliteLearner(
  library: Library,
  folder: string,
  batchSize: number,
  events: readonly OutcomeEvent[],
): Promise<Learner> {
  const path = join(folder, `learn-${batchSize}.db`);
  const barePath = join(folder, `learn-${batchSize}-bare.db`);
  await (await library.PolicyCache.open(barePath)).close(); // makes the tables
  const database = new Database(path);
  const bareDatabase = new Database(barePath);
  bareDatabase.exec("PRAGMA synchronous = NORMAL");
  const recorder = new RecordingDatabase(database);
  const writer = new BareWriter(bareDatabase);
  const cache = await library.PolicyCache.open(path, { workers: "inline", database: recorder });
  const source = repeatForEver(events);
  const learn = async (count: number) => {
    recorder.take();
    const batches: PreparedWrites[] = [];
    let reads = 0;
    const seconds = await timeBatches(cache, batchSize, takeEvents(source, count), () => {
      const issued = recorder.take();
      reads += issued.reads;
      batches.push(writer.prepare(issued.writes));
    });
    const started = performance.now();
    for (const batch of batches) writer.write(batch);
    const bareSeconds = (performance.now() - started) / 1000;
    const writes = batches.reduce((sum, batch) => sum + batch.length, 0);
    return { seconds, bareSeconds, reads, writes };
  };
  const close = async () => {
    await cache.close();
    database.close();
    bareDatabase.close();
  };
  return { name: `SQLite, batches of ${batchSize}`, learn, close };
}

async function memoryLearner(library: Library, batchSize: number, events: readonly OutcomeEvent[]): Promise<Learner> {
  const cache = await library.PolicyCache.open("memory:", { workers: "inline" });
  const source = repeatForEver(events);
  const learn = async (count: number) => {
    const seconds = await timeBatches(cache, batchSize, takeEvents(source, count));
    return { seconds, bareSeconds: 0, reads: 0, writes: 0 };
  };
  return { name: `memory, batches of ${batchSize}`, learn, close: () => cache.close() };
}

async function timeBatches(
  cache: PolicyCache,
  batchSize: number,
  events: readonly OutcomeEvent[],
  afterBatch = () => {},
): Promise<number> {
  let milliseconds = 0;
  for (let first = 0; first < events.length; first += batchSize) {
    const batch = events.slice(first, first + batchSize);
    const started = performance.now();
    await cache.recordMany(batch);
    milliseconds += performance.now() - started;
    afterBatch();
  }
  return milliseconds / 1000;
}

function summarise(name: string, rounds: readonly Round[], eventsPerRound: number): LearnerFigures {
  const over = (figure: (round: Round) => number) => overRounds(rounds.map(figure));
  const eventsPerSecond = over(({ seconds }) => eventsPerRound / seconds);
  if (rounds.every(({ bareSeconds }) => bareSeconds === 0)) return { name, eventsPerSecond };
  return {
    name,
    eventsPerSecond,
    bare: {
      eventsPerSecond: over(({ bareSeconds }) => eventsPerRound / bareSeconds),
      ratio: over(({ seconds, bareSeconds }) => seconds / bareSeconds),
      readsPerEvent: mean(rounds.map(({ reads }) => reads)) / eventsPerRound,
      writesPerEvent: mean(rounds.map(({ writes }) => writes)) / eventsPerRound,
    },
  };
}

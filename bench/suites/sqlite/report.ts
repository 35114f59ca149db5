import type { DatabaseDescription } from "../../harness/environment.js";
import { rangePlot } from "../../harness/plots/range-plot.js";
import type { Block } from "../../harness/report/blocks.js";
import { count, factor, fixed, range } from "../../harness/report/format.js";
import type { SampleStore } from "../../harness/stores/sample-store.js";
import type { ComparedCall } from "./compare-calls.js";
import type { LearnCommandFigures } from "./learn-command.js";
import type { LearningFigures } from "./learning-rate.js";

/** What calls cost on SQLite, and how fast it learns. */
export interface SqliteReport {
  readonly database: DatabaseDescription;
  readonly store: SampleStore;
  readonly calls: readonly ComparedCall[];
  readonly learning: LearningFigures;
  readonly learnCommand: LearnCommandFigures;
  /** The build that took turns with this one. */
  readonly other: string | undefined;
}

export function sqliteBlocks(report: SqliteReport): readonly Block[] {
  const { database, store, calls, learning, learnCommand, other } = report;
  const plotted = calls.map(({ name, ratio, goal }) => ({ name, ...ratio, goal }));
  const blocks: Block[] = [
    { heading: "Calls on SQLite" },
    {
      text:
        `${renderDatabase(database)}\n` +
        `A store with ${count(store.policies)} policies, ${calls[0]?.ratio.rounds} rounds of ` +
        `${calls[0]?.callsPerRound} calls; medians over the rounds (lowest to highest)`,
    },
    callsTable(calls),
    { text: callNotes(calls) },
    { plot: rangePlot({ title: "Calls on SQLite, and their goals", xTitle: "times bare", rows: plotted }) },
    {
      text:
        `Learning from ${learning.source}, ${learning.figures[0]?.eventsPerSecond.rounds} rounds of ` +
        `${count(learning.eventsPerRound)} events`,
    },
    learningTable(learning.figures),
  ];
  const { events, eventsPerSecond } = learnCommand;
  blocks.push({
    text:
      `policycache learn, a file of ${count(events)} events, start of the process included: ` +
      `${count(eventsPerSecond.median)} events/s ${range(eventsPerSecond, count)}`,
  });
  if (other !== undefined) {
    blocks.push({ text: `Against the build at ${other}, taking turns in the same rounds` });
    blocks.push(otherTable(calls, learning.figures));
  }
  return blocks;
}

function renderDatabase(database: DatabaseDescription): string {
  const { libsql, sqlite, journalMode, synchronous, walAutocheckpointPages, pageSizeBytes } = database;
  return (
    `libsql ${libsql} (SQLite ${sqlite}), journal_mode=${journalMode}, synchronous=${synchronous}, ` +
    `checkpoint every ${walAutocheckpointPages} pages of ${pageSizeBytes} bytes`
  );
}

function callsTable(calls: readonly ComparedCall[]): Block {
  const headings = ["call", "median us", "p99 us", "bare us", "times bare", "", "of the means", "goal", ""];
  const rows = calls.map((call) => [
    call.name,
    fixed(call.callMicroseconds.median, 0),
    fixed(call.callP99Microseconds.median, 0),
    fixed(call.bareMicroseconds.median, 0),
    fixed(call.ratio.median, 2),
    range(call.ratio, (value) => fixed(value, 2)),
    fixed(call.ratioOfMeans.median, 2),
    `<= ${call.goal}`,
    call.met ? "met" : "MISSED",
  ]);
  return { table: { headings, rows } };
}

function callNotes(calls: readonly ComparedCall[]): string {
  const notes = calls.map(({ name, against, readsPerCall, writesPerCall, laterMicroseconds }) => {
    const later = laterMicroseconds === undefined ? "" : `; counted later, in ${fixed(laterMicroseconds.median, 0)} us`;
    return `${name}: ${fixed(readsPerCall, 1)} reads and ${fixed(writesPerCall, 1)} writes, against ${against}${later}`;
  });
  return notes.join("\n");
}

function learningTable(figures: LearningFigures["figures"]): Block {
  const headings = [
    "recordMany, workers: inline",
    "events/s",
    "",
    "bare events/s",
    "times bare",
    "reads",
    "writes/event",
  ];
  const rows = figures.map((figure) => [
    figure.name,
    count(figure.eventsPerSecond.median),
    range(figure.eventsPerSecond, count),
    ...(figure.bare === undefined
      ? ["", "", "", ""]
      : [
          count(figure.bare.eventsPerSecond.median),
          fixed(figure.bare.ratio.median, 2),
          fixed(figure.bare.readsPerEvent, 2),
          fixed(figure.bare.writesPerEvent, 2),
        ]),
  ]);
  return { table: { headings, rows } };
}

function otherTable(calls: readonly ComparedCall[], figures: LearningFigures["figures"]): Block {
  const headings = ["", "other", "this", "times faster", ""];
  const callRows = calls.map(({ name, callMicroseconds, other }) => [
    `${name}, us`,
    other === undefined ? "" : fixed(other.callMicroseconds.median, 0),
    fixed(callMicroseconds.median, 0),
    ...factor(other?.timesFaster),
  ]);
  const learningRows = figures.map(({ name, eventsPerSecond, other }) => [
    `learning, ${name}, events/s`,
    other === undefined ? "" : count(other.eventsPerSecond.median),
    count(eventsPerSecond.median),
    ...factor(other?.timesFaster),
  ]);
  return { table: { headings, rows: [...callRows, ...learningRows] } };
}

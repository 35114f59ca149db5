import { rangePlot } from "./range-plot.mjs";

/** Calls beside what is bare, on SQLite and on Redis. */
export function callsBlocks(report) {
  return [
    ...(report.calls === undefined ? [] : sqliteBlocks(report)),
    ...(report.redis === undefined ? [] : redisBlocks(report.redis)),
  ];
}

function sqliteBlocks({ database, store, calls, learning, learnCommand, other }) {
  const plotted = calls.map(({ name, ratio, goal }) => ({ name, ...ratio, goal }));
  const blocks = [
    { heading: "Calls on SQLite" },
    {
      text:
        `${renderDatabase(database)}\n` +
        `A store with ${count(store.policies)} policies, ${calls[0].ratio.rounds} rounds of ` +
        `${calls[0].callsPerRound} calls; medians over the rounds (lowest to highest)`,
    },
    callsTable(calls),
    { text: callNotes(calls) },
    { plot: rangePlot({ title: "Calls on SQLite, and their goals", xTitle: "times bare", rows: plotted }) },
    {
      text:
        `Learning from ${learning.source}, ${learning.figures[0].eventsPerSecond.rounds} rounds of ` +
        `${count(learning.figures[0].eventsPerRound)} events`,
    },
    learningTable(learning.figures),
  ];
  if (learnCommand !== undefined) {
    const { events, eventsPerSecond } = learnCommand;
    blocks.push({
      text:
        `policycache learn, a file of ${count(events)} events, start of the process included: ` +
        `${count(eventsPerSecond.median)} events/s ${range(eventsPerSecond, count)}`,
    });
  }
  if (other !== undefined) {
    blocks.push({ text: `Against the build at ${other}, taking turns in the same rounds` });
    blocks.push(otherTable(calls, learning.figures));
  }
  return blocks;
}

function renderDatabase({ libsql, sqlite, journalMode, synchronous, walAutocheckpointPages, pageSizeBytes }) {
  return (
    `libsql ${libsql} (SQLite ${sqlite}), journal_mode=${journalMode}, synchronous=${synchronous}, ` +
    `checkpoint every ${walAutocheckpointPages} pages of ${pageSizeBytes} bytes`
  );
}

function redisBlocks(redis) {
  if (redis.skipped !== undefined) return [{ text: `Redis: skipped, ${redis.skipped}` }];
  const { server, client, settings, policies, payload, callsPerRound, figures } = redis;
  const rows = figures.map(({ name, against, unit, call, bare, ratio, goal = "", met }) => [
    name,
    against,
    unit,
    count(call.median),
    count(bare.median),
    fixed(ratio.median, 2),
    range(ratio, (value) => fixed(value, 2)),
    goal,
    met === undefined ? "" : met ? "met" : "MISSED",
  ]);
  const headings = ["call", "against", "", "call", "bare", "times bare", "", "goal", ""];
  const plotted = figures.map(({ name, ratio, goal }) => {
    return { name, ...ratio, ...(goal === undefined ? {} : { goal: Number(goal.replace(/[^\d.]/g, "")) }) };
  });
  return [
    { heading: "Calls on Redis" },
    {
      text: [
        `${server}, node-redis ${client}, loopback TCP, appendfsync=${settings.appendfsync}; ${count(policies)} policies, ` +
          `${figures[0].ratio.rounds} rounds of ${count(callsPerRound)} calls`,
        `Values of ${payload.decideReplyBytes} bytes (what a decision brings), entries of ${payload.entryBytes} bytes (what record appends)`,
      ].join("\n"),
    },
    { table: { headings, rows } },
    { plot: rangePlot({ title: "Calls on Redis, and their goals", xTitle: "times bare", rows: plotted }) },
    { text: "Processor time per call, in microseconds" },
    processorTable(figures),
  ];
}

function processorTable(figures) {
  const rows = figures
    .filter(({ processor }) => processor !== undefined)
    .map(({ name, processor: { call, bare } }) => [
      name,
      fixed(call.client, 0),
      fixed(call.server, 0),
      fixed(bare.client, 0),
      fixed(bare.server, 0),
      fixed((call.client + call.server) / (bare.client + bare.server), 2),
    ]);
  return { table: { headings: ["call", "client", "server", "bare client", "bare server", "times bare"], rows } };
}

function callsTable(calls) {
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

function callNotes(calls) {
  const notes = calls.map(({ name, against, readsPerCall, writesPerCall, laterMicroseconds }) => {
    const later = laterMicroseconds === undefined ? "" : `; counted later, in ${fixed(laterMicroseconds.median, 0)} us`;
    return `${name}: ${fixed(readsPerCall, 1)} reads and ${fixed(writesPerCall, 1)} writes, against ${against}${later}`;
  });
  return notes.join("\n");
}

function learningTable(figures) {
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
    ...(figure.ratio === undefined
      ? ["", "", "", ""]
      : [
          count(figure.bareEventsPerSecond.median),
          fixed(figure.ratio.median, 2),
          fixed(figure.readsPerEvent, 2),
          fixed(figure.writesPerEvent, 2),
        ]),
  ]);
  return { table: { headings, rows } };
}

function otherTable(calls, figures) {
  const headings = ["", "other", "this", "times faster", ""];
  const factor = ({ timesFaster }) => [fixed(timesFaster.median, 2), range(timesFaster, (value) => fixed(value, 2))];
  const callRows = calls.map((call) => [
    `${call.name}, us`,
    fixed(call.other.callMicroseconds.median, 0),
    fixed(call.callMicroseconds.median, 0),
    ...factor(call),
  ]);
  const learningRows = figures.map((figure) => [
    `learning, ${figure.name}, events/s`,
    count(figure.other.eventsPerSecond.median),
    count(figure.eventsPerSecond.median),
    ...factor(figure),
  ]);
  return { table: { headings, rows: [...callRows, ...learningRows] } };
}

function fixed(value, digits) {
  return value.toFixed(digits);
}

function count(value) {
  return Math.round(value).toLocaleString("en");
}

function range({ lowest, highest }, format) {
  return `(${format(lowest)} to ${format(highest)})`;
}

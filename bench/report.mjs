import { renderTable } from "./table.mjs";

/** The figures of a run for people. */
export function renderReport(report) {
  const parts = [renderEnvironment(report.environment)];
  if (report.calls !== undefined) parts.push(...renderSqlite(report));
  if (report.redis !== undefined) parts.push(renderRedis(report.redis));
  return `${parts.join("\n\n")}\n`;
}

function renderSqlite({ database, store, calls, learning, learnCommand, other }) {
  const parts = [
    renderDatabase(database),
    `Calls on a store with ${count(store.policies)} policies, ${calls[0].ratio.rounds} rounds of ` +
      `${calls[0].callsPerRound} calls; medians over the rounds (lowest to highest)`,
    renderCalls(calls),
    `Learning from ${learning.source}, ${learning.figures[0].eventsPerSecond.rounds} rounds of ` +
      `${count(learning.figures[0].eventsPerRound)} events`,
    renderLearning(learning.figures),
  ];
  if (learnCommand !== undefined) {
    const { events, eventsPerSecond } = learnCommand;
    parts.push(
      `  policycache learn, a file of ${count(events)} events, start of the process included: ` +
        `${count(eventsPerSecond.median)} events/s ${range(eventsPerSecond, count)}`,
    );
  }
  if (other !== undefined) {
    parts.push(`Against the build at ${other}, taking turns in the same rounds`, renderOther(calls, learning.figures));
  }
  return parts;
}

function renderEnvironment({ node, policycache, system, cores, processor, memoryGigabytes, load }) {
  return [
    `policycache ${policycache}, Node ${node}, ${system}`,
    `${cores} cores of ${processor}, ${memoryGigabytes} GB; load when started ${load}`,
  ].join("\n");
}

function renderDatabase({ libsql, sqlite, journalMode, synchronous, walAutocheckpointPages, pageSizeBytes }) {
  return (
    `libsql ${libsql} (SQLite ${sqlite}), journal_mode=${journalMode}, synchronous=${synchronous}, ` +
    `checkpoint every ${walAutocheckpointPages} pages of ${pageSizeBytes} bytes`
  );
}

function renderRedis(redis) {
  if (redis.skipped !== undefined) return `Redis: skipped, ${redis.skipped}`;
  const { server, client, settings, policies, bytesPerPolicy, payload, callsPerRound, figures } = redis;
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
  return [
    `${server}, node-redis ${client}, loopback TCP, appendfsync=${settings.appendfsync}; ${count(policies)} policies, ` +
      `${figures[0].ratio.rounds} rounds of ${count(callsPerRound)} calls`,
    `${count(bytesPerPolicy)} bytes of used_memory per policy, its evidence, indexes and the stream included`,
    `Values of ${payload.decideReplyBytes} bytes (what a decision brings), entries of ${payload.entryBytes} bytes (what record appends)`,
    "",
    renderTable(["call", "against", "", "call", "bare", "times bare", "", "goal", ""], rows),
    "",
    "Processor time per call, in microseconds",
    "",
    renderProcessorTimes(figures),
  ].join("\n");
}

function renderProcessorTimes(figures) {
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
  return renderTable(["call", "client", "server", "bare client", "bare server", "times bare"], rows);
}

function renderCalls(calls) {
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
  const notes = calls.map(({ name, against, readsPerCall, writesPerCall, laterMicroseconds }) => {
    const later = laterMicroseconds === undefined ? "" : `; counted later, in ${fixed(laterMicroseconds.median, 0)} us`;
    return `  ${name}: ${fixed(readsPerCall, 1)} reads and ${fixed(writesPerCall, 1)} writes, against ${against}${later}`;
  });
  return `${renderTable(headings, rows)}\n\n${notes.join("\n")}`;
}

function renderLearning(figures) {
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
  return renderTable(headings, rows);
}

function renderOther(calls, figures) {
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
  return renderTable(headings, [...callRows, ...learningRows]);
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

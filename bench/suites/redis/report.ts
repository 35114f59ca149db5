import { rangePlot } from "../../harness/plots/range-plot.js";
import type { Block } from "../../harness/report/blocks.js";
import { count, fixed, range } from "../../harness/report/format.js";
import type { RedisFigures } from "./compare-calls.js";
import type { CallFigures } from "./measures.js";

/** What calls cost on Redis, or why that was not measured. */
export type RedisReport = RedisFigures | { readonly skipped: string };

export function redisBlocks(redis: RedisReport): readonly Block[] {
  if ("skipped" in redis) return [{ text: `Redis: skipped, ${redis.skipped}` }];
  const { appendfsync, policies, payload, callsPerRound, figures } = redis;
  const rows = figures.map(({ name, against, unit, call, bare, ratio, goal }) => [
    name,
    against,
    unit,
    count(call.median),
    count(bare.median),
    fixed(ratio.median, 2),
    range(ratio, (value) => fixed(value, 2)),
    goal === undefined ? "" : `${goal.bound} ${goal.value}`,
    goal === undefined ? "" : goal.isMet ? "met" : "MISSED",
  ]);
  const headings = ["call", "against", "", "call", "bare", "times bare", "", "goal", ""];
  const plotted = figures.map(({ name, ratio, goal }) => ({ name, ...ratio, goal: goal?.value }));
  return [
    { heading: "Calls on Redis" },
    {
      text: [
        `Loopback TCP, appendfsync=${appendfsync}; ${count(policies)} policies, ` +
          `${figures[0]?.ratio.rounds} rounds of ${count(callsPerRound)} calls`,
        `Values of ${payload.decideReplyBytes} bytes (what a decision brings), entries of ${payload.entryBytes} bytes (what record appends)`,
      ].join("\n"),
    },
    { table: { headings, rows } },
    { plot: rangePlot({ title: "Calls on Redis, and their goals", xTitle: "times bare", rows: plotted }) },
    { text: "Processor time per call, in microseconds" },
    processorTable(figures),
  ];
}

function processorTable(figures: readonly CallFigures[]): Block {
  const rows = figures.flatMap(({ name, processor }) => {
    if (processor === undefined) return [];
    const { call, bare } = processor;
    const times = [call.client, call.server, bare.client, bare.server].map((microseconds) => fixed(microseconds, 0));
    return [[name, ...times, fixed((call.client + call.server) / (bare.client + bare.server), 2)]];
  });
  return { table: { headings: ["call", "client", "server", "bare client", "bare server", "times bare"], rows } };
}

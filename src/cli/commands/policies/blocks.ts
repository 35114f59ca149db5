import type { ListedBlock } from "../../../cache/inspecting/listed-blocks.js";
import type { PolicyCache } from "../../../cache/policy-cache.js";
import { defineCommand } from "../../command.js";
import { soleAgent, warnOfUnknownAgent } from "../../input/agent.js";
import { withExistingCache } from "../../input/open-cache.js";
import { addStoreOption, type StoreOptionValue } from "../../input/options.js";
import { addPageOptions, moreText, type PageOptionValues, placeOf } from "../../input/page-options.js";
import { featuresText } from "../../output/evidence-text.js";
import { printable, timestamp } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { table } from "../../output/layout/table.js";

interface BlocksOptions extends StoreOptionValue, PageOptionValues {
  readonly agent?: string;
}

export const blocksCommand = defineCommand<BlocksOptions>({
  name: "blocks",
  description: "list what is blocked of an agent, also where it is over",
  configure: (command) => {
    command.option("--agent <id>", "whose blocks (default: the only agent of the store)");
    addStoreOption(addPageOptions(command, "blocks", 20));
  },
  run: ({ options, terminal }) =>
    withExistingCache(options.store, { readOnly: true }, async (cache) => {
      const { limit } = options;
      const agentId = options.agent ?? (await soleAgent(cache));
      if (agentId === undefined) {
        return { data: { limit, blocks: [] }, text: "Nothing was recorded in this store yet." };
      }
      const { blocks, next } = await readPage(cache, agentId, options);
      const data = { agentId, limit, ...placeOf(options), blocks, ...(next === undefined ? {} : { next }) };
      if (blocks.length > 0) return { data, text: blocksText(blocks, terminal.screen) + moreText(next) };
      if (options.after !== undefined) return { data, text: "No more blocks." };
      await warnOfUnknownAgent(cache, agentId, terminal);
      return { data, text: `Nothing is blocked of ${printable(agentId)}.` };
    }),
});

/** The blocks of a state stay together: a page goes on after a state. */
async function readPage(cache: PolicyCache, agentId: string, options: BlocksOptions) {
  const blocks: ListedBlock[] = [];
  for await (const block of cache.blocks({ agentId, ...placeOf(options) })) {
    const next = blocks.at(-1)?.stateFingerprint;
    if (blocks.length >= options.limit && block.stateFingerprint !== next) return { blocks, next };
    blocks.push(block);
  }
  return { blocks, next: undefined };
}

function blocksText(blocks: readonly ListedBlock[], screen: Screen): string {
  return table(
    blocks,
    [
      { title: "state", cell: ({ stateFingerprint }) => stateFingerprint, whole: true },
      { title: "action", cell: ({ actionType }) => printable(actionType) },
      { title: "spec", cell: ({ spec }) => (spec === undefined ? "any" : printable(JSON.stringify(spec))) },
      { title: "since", cell: ({ blockedAtSeconds }) => timestamp(blockedAtSeconds), whole: true, spare: true },
      {
        title: "until",
        cell: ({ untilSeconds }) => (untilSeconds === undefined ? "-" : timestamp(untilSeconds)),
        whole: true,
        spare: true,
      },
      { title: "reason", cell: ({ reason }) => printable(reason) },
      { title: "features", cell: featuresText },
    ],
    screen,
  );
}

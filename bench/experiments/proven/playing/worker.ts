// One of the processes that live through worlds: it gets a job at a time.

import { playTown, playWorlds, type Town, type Worlds } from "./play.js";

export type Job = { readonly worlds: Worlds } | { readonly town: Town };

process.on("message", async (job: Job) => {
  process.send?.(await ("worlds" in job ? playWorlds(job.worlds) : playTown(job.town)));
});
process.on("disconnect", () => process.exit());

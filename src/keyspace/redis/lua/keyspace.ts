import type { Keyspace } from "../../port/keyspace.js";
import { addToCounter, countBits, deleteBits, getCounter, hasBits, setBits } from "./bits-and-counters.js";
import { deleteRecord, getRecord, listRecords, putRecord } from "./records.js";
import {
  addScore,
  addToSet,
  countScores,
  countSet,
  getScore,
  isInSet,
  pageOfSet,
  putScore,
  rangeByRank,
  rangeFromScore,
  rangeUpToScore,
  removeFromSet,
  removeScore,
} from "./scores-and-sets.js";
import {
  acknowledge,
  addFailure,
  deliverNew,
  describeBacklog,
  isPending,
  oldestPending,
  takeOver,
} from "./streams/deliveries.js";
import { createGroup, describeGroups, forgetConsumer, isCaughtUp, passNewest } from "./streams/groups.js";
import { appendToStream, describeStream, readStream } from "./streams/streams.js";
import { deleteEntry, trimStream } from "./streams/trimming.js";

// The keyspace inside Redis. Compiled to Lua with the operations (tools/lua): a script holds the functions its operation
// calls, so each method is a function of its own. Where the data lies is told in docs/redis.md.

/** Every port method is there, with its signature. */
export const redisKeyspace: Keyspace = {
  getRecord,
  listRecords,
  putRecord,
  deleteRecord,
  getScore,
  putScore,
  addScore,
  removeScore,
  rangeByRank,
  rangeUpToScore,
  rangeFromScore,
  countScores,
  addToSet,
  removeFromSet,
  isInSet,
  pageOfSet,
  countSet,
  setBits,
  hasBits,
  countBits,
  deleteBits,
  addToCounter,
  getCounter,
  appendToStream,
  readStream,
  trimStream,
  deleteEntry,
  describeStream,
  createGroup,
  deliverNew,
  takeOver,
  acknowledge,
  isPending,
  oldestPending,
  addFailure,
  isCaughtUp,
  passNewest,
  forgetConsumer,
  describeGroups,
  describeBacklog,
};

export type { Engine, Operation } from "../keyspace/port/engine.js";
export type {
  Backlog,
  ClaimedEntry,
  Fields,
  FieldValue,
  GroupDescription,
  HeldEntry,
  Keyspace,
  ScoredMember,
  StoredRecord,
  StreamDescription,
  StreamEntry,
} from "../keyspace/port/keyspace.js";
export type {
  GroupState,
  MovedEntry,
  PendingDelivery,
  PendingEntry,
  StoredItem,
  StreamEnd,
  StreamState,
  StreamStep,
  Structure,
  StructureOf,
  Transfer,
} from "../keyspace/port/transfer.js";
export { conformanceCases } from "./cases/index.js";
export type {
  ConformanceCase,
  ConformanceContext,
  OnCleanup,
  StoreOpener,
  StoreRequest,
} from "./conformance-case.js";
export { ManualClock } from "./manual-clock.js";
export {
  type ConformanceResult,
  type RunConformanceOptions,
  runConformance,
  runConformanceCase,
} from "./run-conformance.js";

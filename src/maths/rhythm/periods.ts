/** Lengths of common cycles in seconds; a month counts 30 days, a quarter 90, a year 365. */
export const TemporalPeriod = Object.freeze({
  daily: 86_400,
  weekly: 604_800,
  monthly: 2_592_000,
  quarterly: 7_776_000,
  yearly: 31_536_000,
});

/** How much an interaction counts: add one weight for where it came from and one for the role of who caused it. */
export const InteractionWeight = Object.freeze({
  source: Object.freeze({ human: 6, agent: 1, system: 0.2 }),
  role: Object.freeze({ executive: 44, manager: 16, peer: 6, subordinate: 1 }),
});

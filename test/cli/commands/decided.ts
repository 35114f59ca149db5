/** What these tests read of `decide --json`. */
export interface Decided {
  readonly kind: string;
  readonly decisionId: string;
  readonly stateFingerprint: string;
  readonly reason: string;
  readonly action: { readonly type: string; readonly spec: object };
  readonly policy: { readonly score: number; readonly parts: Readonly<Record<string, number>> };
}

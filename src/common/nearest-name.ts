/**
 * The name that was probably meant by one that is not known: the same in another spelling (`agent_id`), the one another
 * project has for it (`nextMaxQ`), the same but for some words (`MIN_EVENTS_FOR_CRYSTALLIZATION`, `timeout`), or one a
 * few typing errors away (`errorBugdet`).
 *
 * @returns undefined when none comes near
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  const spelling = spellingOf(name);
  const elsewhere = NAMES_ELSEWHERE.get(spelling) ?? [];
  return (
    names.find((other) => spellingOf(other) === spelling) ??
    elsewhere.find((other) => names.includes(other)) ??
    typedWrongly(name, names, 1) ??
    sharingWords(name, names) ??
    typedWrongly(name, names, Math.floor(name.length / LETTERS_PER_TYPING_ERROR))
  );
}

/** What other projects, the original first, call what is called otherwise here; of several, the first that is known. */
const NAMES_ELSEWHERE: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    nextMaxQ: ["maxFutureQ"],
    maxNextQ: ["maxFutureQ"],
    learningRate: ["alpha", "tdAlpha"],
    discount: ["gamma", "tdGamma"],
    discountFactor: ["gamma", "tdGamma"],
    epsilon: ["explorationEpsilon", "confidenceEpsilon"],
    falsePositiveRate: ["errorRate"],
    expectedItems: ["capacity"],
    WF_MIN_THRESHOLD: ["writeFilterMin", "minThreshold"],
    WF_PRIORITY_THRESHOLD: ["writeFilterPriority", "priorityThreshold"],
    PL_CONFIDENCE_ERROR_THRESHOLD: ["ledgerErrorThreshold", "confidenceErrorThreshold"],
    PL_CONFIDENCE_LOW_SIGNAL: ["ledgerLowSignal", "confidenceLowSignal"],
    PL_AUTO_RESOLVE_ERRORS: ["ledgerErrors", "autoResolveErrors"],
    CONFIDENCE_EVIDENCE_CAP: ["evidenceCap"],
    eventId: ["id"],
    features: ["state"],
    input: ["state"],
    timestamp: ["ts", "tsSeconds"],
    time: ["ts", "tsSeconds"],
    success: ["outcome"],
    result: ["outcome"],
    status: ["outcome"],
    score: ["reward"],
    parameters: ["spec"],
    args: ["spec"],
    arguments: ["spec"],
    pageSize: ["limit"],
    count: ["limit"],
    cursor: ["after"],
    offset: ["after"],
    abort: ["signal"],
    abortSignal: ["signal"],
  }).map(([name, ours]) => [spellingOf(name), ours]),
);

/** Letters and digits alone, so that every way to put words together gives the same. */
function spellingOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** A name whose words are all among those of the other, and the fewer words apart the better. */
function sharingWords(name: string, names: readonly string[]): string | undefined {
  const words = wordsOf(name);
  let nearest: string | undefined;
  let fewestApart = Number.POSITIVE_INFINITY;
  for (const other of names) {
    const otherWords = wordsOf(other);
    const [fewer, more] = otherWords.length < words.length ? [otherWords, words] : [words, otherWords];
    const apart = more.length - fewer.length;
    if (apart >= fewestApart || !isTelling(fewer) || !fewer.every((word) => more.includes(word))) continue;
    nearest = other;
    fewestApart = apart;
  }
  return nearest;
}

/** A short word alone, such as "id", is in too many names. */
function isTelling(words: readonly string[]): boolean {
  return words.length > 1 || (words[0]?.length ?? 0) >= 5;
}

function wordsOf(name: string): readonly string[] {
  const apart = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return apart.split(/[^a-z0-9]+/).filter((word) => word !== "");
}

const LETTERS_PER_TYPING_ERROR = 3;
/** Longer ones have no near name, and comparing them would take long. */
const LONGEST_COMPARED = 64;

function typedWrongly(name: string, names: readonly string[], most: number): string | undefined {
  if (name.length < LETTERS_PER_TYPING_ERROR || name.length > LONGEST_COMPARED) return undefined;
  let nearest: string | undefined;
  let fewestErrors = most + 1;
  for (const other of names) {
    const errors = typingErrors(name.toLowerCase(), other.toLowerCase());
    if (errors >= fewestErrors) continue;
    nearest = other;
    fewestErrors = errors;
  }
  return nearest;
}

/**
 * Letters left out, put in, changed or swapped with the next: the optimal string alignment distance.
 *
 * @see Damerau (1964), Communications of the ACM 7(3), 171-176
 */
function typingErrors(left: string, right: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, length) => length);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const errors = [
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      ];
      current.push(Math.min(...errors));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

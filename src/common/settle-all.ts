/** Waits for all promises, whatever becomes of the others. @throws the first error, when nothing is under way any more */
export async function settleAll<Value>(promises: readonly Promise<Value>[]): Promise<readonly Value[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

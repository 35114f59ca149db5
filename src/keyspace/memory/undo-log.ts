/**
 * How to undo what an operation has changed so far, so that one that fails leaves nothing behind. Every change notes it
 * first, those made to undo another as well.
 */
export class UndoLog {
  #steps: (() => void)[] = [];

  note(step: () => void): void {
    this.#steps.push(step);
  }

  /** Undoes everything, newest first. */
  undo(): void {
    const steps = this.#steps.reverse();
    this.#steps = [];
    for (const step of steps) step();
    this.forget();
  }

  forget(): void {
    if (this.#steps.length > 0) this.#steps = [];
  }
}

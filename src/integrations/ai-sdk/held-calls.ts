import { ReadableStream } from "node:stream/web";
import { type decisionMetadata, identified } from "./answers.js";
import { type AnswerPart, withMetadata } from "./model-call.js";

type Metadata = ReturnType<typeof decisionMetadata>;

/** Which decision the calls of a stream turned out to be. */
export interface Identity {
  readonly id: string | undefined;
  readonly metadata: Metadata;
}

/**
 * Passes on what a model streams, but its calls of tools only at the end: what the model decided is known when it has ended, and
 * the calls travel with the decision beside them.
 */
export class HeldCalls {
  /** All calls, once the stream has ended. */
  readonly calls: Promise<readonly AnswerPart[]>;
  readonly #source: ReadableStream<AnswerPart>;
  #known: (calls: readonly AnswerPart[]) => void = () => {};
  #failed: (error: unknown) => void = () => {};

  constructor(source: ReadableStream<AnswerPart>) {
    this.#source = source;
    this.calls = new Promise((resolve, reject) => {
      this.#known = resolve;
      this.#failed = reject;
    });
    this.calls.catch(() => {}); // who reads the stream is told
  }

  through(identity: Promise<Identity>): ReadableStream<AnswerPart> {
    return ReadableStream.from(this.#pass(identity));
  }

  async *#pass(identity: Promise<Identity>): AsyncGenerator<AnswerPart> {
    const held: AnswerPart[] = [];
    try {
      for await (const part of this.#source) {
        if (part.type === "tool-call") {
          held.push(part);
        } else if (part.type === "finish") {
          this.#known(held);
          const { id, metadata } = await identity;
          yield* identified(held, id);
          yield withMetadata(part, { ...metadata });
        } else {
          if (part.type === "error") this.#failed(part);
          yield part;
        }
      }
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      this.#failed(new DOMException("The stream was not read to its end.", "AbortError"));
    }
  }
}

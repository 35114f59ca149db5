import type { Item } from "./items.js";

/**
 * Passes on what a model streams. Before its last event, what it decided is made known, and waited for.
 *
 * @param end - told all that it answered
 * @param fail - told when it never ended
 */
export async function* throughToEnd(
  events: AsyncIterable<Item>,
  end: (items: readonly Item[]) => Promise<unknown>,
  fail: (error: unknown) => void,
): AsyncGenerator<Item> {
  try {
    for await (const event of events) {
      if (event.type === "response_done") {
        const { output } = (event as { readonly response: { readonly output: readonly Item[] } }).response;
        await end(output);
      }
      yield event;
    }
  } catch (error) {
    fail(error);
    throw error;
  } finally {
    fail(new DOMException("The stream was not read to its end.", "AbortError"));
  }
}

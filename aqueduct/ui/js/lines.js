/** The lines of a body, as they come. */

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} heard told of each chunk
 * @returns {AsyncGenerator<string>}
 */
export async function* lines(body, heard) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  /** @type {string[]} */
  let parts = []; // of a line that has not ended: long ones come in many chunks
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const [first, ...others] = decoder.decode(value, { stream: true }).split("\n");
    parts.push(first);
    for (const next of others) {
      yield parts.join("");
      parts = [next];
    }
  }
}

/** The lines of a body, as its chunks come. Empty ones, which only tell that the server is there, are passed over. */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let parts: string[] = []; // of a line that has not ended: long ones come in many chunks
  for await (const chunk of chunks) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    parts.push(first);
    for (const next of others) {
      const line = parts.join("");
      parts = [next];
      if (line !== "") {
        yield line;
      }
    }
  }
}

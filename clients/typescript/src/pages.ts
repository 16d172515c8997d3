/** Lists that come in pages, as one. */
import { clone, create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";

/**
 * Yields what a list's pages hold. Each page is asked for when the one before it has been taken.
 *
 * @param request - The first request; it is left as it is.
 * @param list - Asks for a page.
 */
export async function* pages<Desc extends DescMessage, Response extends { nextPageToken: string }, Item>(
  schema: Desc,
  request: MessageInitShape<Desc>,
  list: (request: MessageShape<Desc>) => Promise<Response>,
  items: (page: Response) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  const asked = clone(schema, create(schema, request));
  for (;;) {
    const page = await list(asked);
    yield* items(page);
    if (page.nextPageToken === "") {
      return;
    }
    Object.assign(asked, { pageToken: page.nextPageToken });
  }
}

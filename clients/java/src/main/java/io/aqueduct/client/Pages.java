package io.aqueduct.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a list holds, over all its pages. A page is asked for when the one before has been read, and each iteration
 * begins with the first.
 *
 * @param <T> what is listed
 */
public final class Pages<T> implements Iterable<T> {
    private final Fetch<T> fetch;
    private final int pageSize;

    Pages(Fetch<T> fetch, int pageSize) {
        this.fetch = fetch;
        this.pageSize = pageSize;
    }

    /** Asks for the page of a token; the first one's is empty. */
    interface Fetch<T> {
        Page<T> page(int pageSize, String token);
    }

    /** One page, and the token of the next; it is empty after the last. */
    record Page<T>(List<T> items, String next) {}

    /**
     * The same list, by pages of another size.
     *
     * @param size how many at most the server may answer at once; 0 leaves that to the server
     * @return another list of pages
     */
    public Pages<T> withPageSize(int size) {
        return new Pages<>(fetch, size);
    }

    /**
     * All of them, in the order of the list. Both of its methods may throw {@link AqueductException}.
     *
     * @return an iteration that begins with the first page
     */
    @Override
    public Iterator<T> iterator() {
        return new Items();
    }

    /**
     * All of them, in the order of the list, asked for as they are needed.
     *
     * @return a sequential stream
     */
    public Stream<T> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    private final class Items implements Iterator<T> {
        private Iterator<T> items = List.<T>of().iterator();
        private String token = "";
        private boolean isLast;

        @Override
        public boolean hasNext() {
            while (!items.hasNext() && !isLast) {
                Page<T> page = fetch.page(pageSize, token);
                items = page.items().iterator();
                token = page.next();
                isLast = token.isEmpty();
            }
            return items.hasNext();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return items.next();
        }
    }
}

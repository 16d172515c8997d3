package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Iterations over pages. */
class PagesTest {
    private static final Map<String, Pages.Page<Integer>> BY_TOKEN = Map.of(
            "", new Pages.Page<>(List.of(1, 2), "a"),
            "a", new Pages.Page<>(List.of(), "b"),
            "b", new Pages.Page<>(List.of(3), ""));

    private final List<String> asked = new ArrayList<>();
    private final Pages<Integer> pages = new Pages<>(
            (size, token) -> {
                asked.add(token + size);
                return BY_TOKEN.get(token);
            },
            0);

    @Test
    void areReadOneAfterTheOther() {
        Iterator<Integer> items = pages.withPageSize(2).iterator();
        assertEquals(List.of(1, 2), List.of(items.next(), items.next()));
        assertEquals(List.of("2"), asked);
        assertEquals(3, items.next());
        assertThrows(NoSuchElementException.class, items::next);
        assertEquals(List.of("2", "a2", "b2"), asked);
    }

    @Test
    void areReadAnewByEachStream() {
        assertEquals(List.of(1, 2, 3), pages.stream().toList());
        assertEquals(List.of(1), pages.stream().limit(1).toList());
    }
}

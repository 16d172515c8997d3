package io.aqueduct.client;

import com.google.gson.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** A watch of a scenario, which begins in the background at once; its events wait until they are taken. */
final class Watched<E> {
    /** An event, or the error by which the watch ended. */
    private record Told<E>(E event, AqueductException error) {}

    final Folding folding = new Folding();
    private final Watch<E> watch;
    private final Function<E, JsonObject> document;
    private final BlockingQueue<Told<E>> events = new LinkedBlockingQueue<>();

    Watched(Watch<E> watch, Function<E, JsonObject> document) {
        this.watch = watch;
        this.document = document;
        Thread following = new Thread(this::follow, "watch");
        following.setDaemon(true);
        following.start();
    }

    private void follow() {
        try {
            watch.forEachRemaining(event -> events.add(new Told<>(event, null)));
        } catch (AqueductException error) {
            events.add(new Told<>(null, error));
        }
    }

    /** Take the next event, and fold it. */
    JsonObject next() throws InterruptedException {
        Told<E> told = events.take();
        if (told.error() != null) {
            throw told.error();
        }
        if (told.event() instanceof ConfigEvent event) {
            folding.take(event);
        }
        return document.apply(told.event());
    }

    void close() {
        watch.close();
    }
}

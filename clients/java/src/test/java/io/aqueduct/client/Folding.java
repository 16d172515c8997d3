package io.aqueduct.client;

import com.google.protobuf.Message;
import io.aqueduct.v1.Configuration;
import io.aqueduct.v1.ResourceChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a watch of the configuration comes to: the resources by their names. */
final class Folding {
    final Map<String, Message> state = new TreeMap<>();
    /** The revisions of changes since the last snapshot. */
    final List<Long> told = new ArrayList<>();
    /** The last snapshot's revision, or the one after which the watch began. */
    long began;

    /** Fold an event in; AssertionError where it does not follow. */
    void take(ConfigEvent event) {
        if (event instanceof ConfigEvent.Snapshot snapshot) {
            state.clear();
            state.putAll(named(snapshot.configuration()));
            told.clear();
            began = snapshot.revision();
        } else if (event instanceof ConfigEvent.Change change) {
            if (change.revision() <= revision()) {
                throw new AssertionError(change.revision() + " is told after " + revision());
            }
            told.add(change.revision());
            change.change().getChangesList().forEach(this::make);
        }
    }

    long revision() {
        return told.isEmpty() ? began : told.get(told.size() - 1);
    }

    private void make(ResourceChange change) {
        switch (change.getAfter().getResourceCase()) {
            case FRONTEND -> state.put(change.getResource(), change.getAfter().getFrontend());
            case BACKEND -> state.put(change.getResource(), change.getAfter().getBackend());
            default -> state.remove(change.getResource());
        }
    }

    static Map<String, Message> named(Configuration configuration) {
        Map<String, Message> all = new TreeMap<>();
        configuration.getFrontendsList().forEach(each -> all.put("frontends/" + each.getKey(), each));
        configuration.getBackendsList().forEach(each -> all.put("backends/" + each.getKey(), each));
        return all;
    }
}

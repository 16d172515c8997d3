package io.aqueduct.client;

import io.aqueduct.v1.Configuration;
import io.aqueduct.v1.Revision;

/** What a watch of the configuration tells: a snapshot, then changes. */
public sealed interface ConfigEvent {
    /**
     * How far the configuration is known.
     *
     * @return the revision up to which all is
     */
    long revision();

    /**
     * The configuration at a revision, in place of what was known.
     *
     * @param revision up to which all is known
     * @param configuration all that the watch selects
     * @param reset empty for the first; else why the watch began anew: what happened in between is not known any more
     *     ({@code COMPACTED}), or the server has another store ({@code FUTURE_REVISION})
     */
    record Snapshot(long revision, Configuration configuration, String reset) implements ConfigEvent {}

    /**
     * What a revision changed, all of it.
     *
     * @param revision which made the change
     * @param change the resources before and after it
     */
    record Change(long revision, Revision change) implements ConfigEvent {}
}

package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Deadline;
import io.grpc.Status;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a watch opens its next stream. */
class ResumptionTest {
    private static final AqueductException GONE = AqueductException.of(Status.UNAVAILABLE.asRuntimeException());

    private final Clock clock = new Clock();
    private final Resumption resumption = new Resumption(Deadline.after(10, TimeUnit.SECONDS, clock));

    private static final class Clock extends Deadline.Ticker {
        private long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }
    }

    private List<Long> pauses(int count) {
        return IntStream.range(0, count).mapToObj(each -> resumption.pause(GONE).orElseThrow()).toList();
    }

    @Test
    void pausesGrowUntilThereIsAnAnswer() {
        assertEquals(List.of(100L, 200L, 400L, 800L, 1600L, 2000L, 2000L), pauses(7));
        resumption.answered();
        assertEquals(List.of(100L, 200L), pauses(2));
    }

    @Test
    void aServerThatWasNeverThereIsGivenUp() {
        clock.nanos = TimeUnit.SECONDS.toNanos(10);
        assertEquals(OptionalLong.empty(), resumption.pause(GONE));
    }

    @Test
    void aServerThatWasThereIsWaitedFor() {
        resumption.answered();
        clock.nanos = TimeUnit.DAYS.toNanos(1);
        assertEquals(OptionalLong.of(100), resumption.pause(GONE));
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, SHUTTING_DOWN, 100",
        "UNAVAILABLE, '', 100",
        "CANCELLED, '', 100",
        "UNKNOWN, '', 100",
        "INTERNAL, '', 100",
        "INTERNAL, BUG, -1",
        "RESOURCE_EXHAUSTED, SLOW_WATCHER, 0",
        "RESOURCE_EXHAUSTED, STREAMS, -1",
        "INVALID_ARGUMENT, '', -1",
        "DEADLINE_EXCEEDED, '', -1",
    })
    void errors(Status.Code code, String reason, long pause) {
        AqueductException error = AqueductException.of(Errors.of(code, reason));
        assertEquals(pause, resumption.pause(error).orElse(-1));
    }
}

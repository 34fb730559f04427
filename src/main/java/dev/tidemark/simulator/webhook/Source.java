package dev.tidemark.simulator.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Who delivers, and how long each tries. */
public enum Source {
    /** Sends again 8 times within 4 hours; everything but 2xx is a failure. */
    SHOPIFY {
        @Override
        boolean isFailure(int status) {
            return status < 200 || status > 299;
        }

        @Override
        List<Duration> resends() {
            return Stream.of(1, 2, 5, 10, 20, 40, 60, 102)
                    .map(Duration::ofMinutes)
                    .toList();
        }
    },
    /** Sends again 20 times within 48 hours; no answer, 408, 429 and 5xx are failures, any other answer counts as taken. */
    RECHARGE {
        @Override
        boolean isFailure(int status) {
            return status == 0 || status == 408 || status == 429 || status > 499;
        }

        @Override
        List<Duration> resends() {
            return IntStream.rangeClosed(1, 20)
                    .mapToObj(step -> Duration.ofMinutes(2_880 * step / 210))
                    .toList();
        }
    };

    /** Whether an answer, 0 for none, makes it send again. */
    abstract boolean isFailure(int status);

    /** How long it waits before each time that it sends again. */
    abstract List<Duration> resends();

    /** As paths and records name it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package dev.tidemark.run;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;

/** What an operator has stopped, by JMX or Hawtio: a stream's route pauses that stream, sync-advance freezes the marks. */
public final class Switches {
    private final CamelContext context;

    public Switches(CamelContext context) {
        this.context = context;
    }

    /** Those of the streams whose route {@code stream-<stream>} runs. */
    public Set<String> active(Collection<String> streams) {
        return streams.stream().filter(stream -> isStarted("stream-" + stream)).collect(Collectors.toSet());
    }

    /** True when the route that moves watermarks is stopped. */
    public boolean isFrozen() {
        return !isStarted("sync-advance");
    }

    private boolean isStarted(String route) {
        var status = context.getRouteController().getRouteStatus(route);
        return status != null && status.isStarted();
    }
}

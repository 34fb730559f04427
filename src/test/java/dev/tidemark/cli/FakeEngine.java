package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.CamelContext;

/** An application that answers each route as the test says, and remembers what it was asked. */
final class FakeEngine implements Engine {
    private final Map<String, Function<Map<String, Object>, Object>> answers = new HashMap<>();
    final List<String> asked = new ArrayList<>();
    boolean closed;

    FakeEngine answering(String route, Function<Map<String, Object>, Object> answer) {
        answers.put(route, answer);
        return this;
    }

    @Override
    public <T> T request(String route, Map<String, Object> body, Class<T> type) {
        asked.add(route);
        if (!answers.containsKey(route)) {
            throw new AssertionError(
                    "The command asked " + route + ", which this test does not expect; asked so far: " + asked);
        }
        return type.cast(answers.get(route).apply(body));
    }

    @Override
    public CamelContext camelContext() {
        throw new AssertionError("The command asked for the Camel context, which this test does not expect");
    }

    @Override
    public void close() {
        closed = true;
    }
}

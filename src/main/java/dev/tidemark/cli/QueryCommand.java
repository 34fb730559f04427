package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.run.Engine;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that asks an engine, one that carries nothing out, and prints the answer. */
abstract class QueryCommand implements Callable<Integer> {
    @Mixin
    private Output output;

    private final TidemarkCommand root;

    QueryCommand(TidemarkCommand root) {
        this.root = root;
    }

    final TidemarkCommand root() {
        return root;
    }

    final Output output() {
        return output;
    }

    /** Refuses options that make no sense, before anything is started. */
    void check() {}

    /** Asks and prints. */
    abstract ExitCode answer(Engine engine);

    @Override
    public final Integer call() {
        check();
        try (Engine engine = root.starter().start(root.settingsWithDatabase(), new Engine.Role.Query())) {
            return answer(engine).number();
        }
    }

    /** Prints the list that a route gives, and how to go on where there is more. */
    final ExitCode list(Engine engine, String route, Map<String, Object> question, List<Table.Column> columns) {
        JsonNode answer = RunDocument.parseJson(engine.request(route, question, String.class));
        output.list(root.terminal(), answer, columns);
        if (answer.hasNonNull("next")) {
            root.terminal()
                    .say("tidemark: there are more; go on with --before "
                            + answer.get("next").asText());
        }
        return ExitCode.COMPLETE;
    }
}

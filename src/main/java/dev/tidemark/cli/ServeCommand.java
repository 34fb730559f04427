package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Runs everything until told to stop: schedules, REST API, health, metrics, Hawtio, and every run that is due. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Run the schedules, the REST API, health, metrics and Hawtio until stopped.",
        footer = {
            "",
            "The database is migrated first. Stop it with Ctrl-C or SIGTERM: the step at hand is",
            "finished or given back, and any process takes the run up where it was.",
            "",
            "Example:",
            "  TIDEMARK_API_TOKEN_OPERATOR=secret tidemark serve --config /etc/tidemark.properties",
            "  curl -H 'Authorization: Bearer secret' -H 'Content-Type: application/json' \\",
            "       -d '{\"store\":\"acme\",\"stream\":\"shopify-orders\"}' \\",
            "       http://127.0.0.1:8080/api/performance-metrics/sync"
        })
final class ServeCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(500);

    private final TidemarkCommand root;

    ServeCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Settings settings = root.settingsWithDatabase();
        Engine engine = root.starter().start(settings, new Engine.Role.Serve());
        try (StopSignal stop = StopSignal.then(() -> {
            root.terminal().say("tidemark: stopping");
            engine.close();
        })) {
            sayWhereItListens(settings);
            while (!engine.camelContext().isStopped()) {
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
        engine.close();
        return ExitCode.COMPLETE.number();
    }

    private void sayWhereItListens(Settings settings) {
        Terminal terminal = root.terminal();
        terminal.say("tidemark: serving "
                + (settings.stores().isEmpty()
                        ? "no store yet; set tidemark.stores.<id>.shopify.domain and .token"
                        : "stores "
                                + String.join(
                                        ", ",
                                        settings.stores().keySet().stream()
                                                .sorted()
                                                .toList())));
        terminal.say("  API      http://" + settings.api().host() + ":"
                + settings.api().port() + "/api/ingest/runs");
        terminal.say("  health   http://" + settings.managementHost() + ":" + settings.managementPort()
                + "/observe/health/ready");
        terminal.say("  metrics  http://" + settings.managementHost() + ":" + settings.managementPort()
                + "/observe/metrics");
        if (settings.hawtioPort() != 0 && settings.api().adminToken().isPresent()) {
            terminal.say("  Hawtio   http://127.0.0.1:" + settings.hawtioPort()
                    + "/hawtio   user admin, password: the admin token");
        }
        if (Stream.of(
                        settings.api().viewerToken(),
                        settings.api().operatorToken(),
                        settings.api().adminToken())
                .allMatch(Optional::isEmpty)) {
            terminal.say("  nobody can use the API yet: set tidemark.api.token.viewer, .operator or .admin");
        }
    }
}

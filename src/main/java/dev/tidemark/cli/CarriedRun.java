package dev.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A run that a command asks for, and with {@code --wait} carries to its end. Used once. */
final class CarriedRun {
    private static final Duration LOOK = Duration.ofMillis(250);
    /** Longer than a lease by this much, and an owner that is alive has shown itself. */
    private static final Duration BEYOND_LEASE = Duration.ofSeconds(4);

    private final TidemarkCommand root;
    private final Output output;
    private final Optional<Progress.Kind> progressKind;
    private final String route;
    private final Map<String, Object> request;

    /**
     * @param route the route that makes the run
     * @param request store, stream, job_type, and what else the route wants
     */
    CarriedRun(
            TidemarkCommand root,
            Output output,
            Optional<Progress.Kind> progressKind,
            String route,
            Map<String, Object> request) {
        this.root = root;
        this.output = output;
        this.progressKind = progressKind;
        this.route = route;
        this.request = request;
    }

    /** Writes the run down for a process that serves, and says so; gives the exit code. */
    int writeDown(Settings settings, UUID id) {
        try (Engine engine = root.starter().start(settings, new Engine.Role.Query())) {
            Started started = start(engine, id);
            if (started.isConflict()) {
                return conflict(engine, started.runId());
            }
            print(RunWatch.read(engine, started.runId()));
            root.terminal()
                    .say("tidemark: run " + started.runId()
                            + " is written down; a 'tidemark serve' process carries it out " + "('tidemark runs watch "
                            + started.runId() + "' follows it)");
            return ExitCode.COMPLETE.number();
        }
    }

    /** Takes the run's steps here, or those of the one that a dead process left, until its end; gives the exit code. */
    int carryOut(Settings settings, UUID id) {
        Engine engine = root.starter().start(settings, new Engine.Role.Work(id));
        int exitCode;
        try (StopSignal stop = StopSignal.then(() -> {
            root.terminal()
                    .say(
                            "tidemark: stopping; the run goes on where it was when the same command or 'serve' is started");
            engine.close();
        })) {
            try {
                exitCode = carryOut(settings, engine, id);
            } catch (RuntimeException e) {
                stop.holdWhenGiven();
                engine.close();
                throw e;
            }
        }
        engine.close();
        return exitCode;
    }

    private int carryOut(Settings settings, Engine engine, UUID id) {
        Optional<RunDocument> ended = untilEnded(settings, engine, id);
        if (ended.isEmpty()) {
            return ExitCode.CONFLICT.number();
        }
        RunDocument run = ended.get();
        print(run);
        if (!output.isText(root.terminal())) {
            run.text("/watermark/held_reason").ifPresent(reason -> root.terminal()
                    .say("tidemark: the watermark stays at "
                            + run.text("/watermark/after").orElse("none") + ": " + reason));
        }
        return ExitCode.ofStatus(run.status()).number();
    }

    /** Carries the run to its end in an engine that is started; empty when another one is active, which was said. */
    Optional<RunDocument> untilEnded(Settings settings, Engine engine, UUID id) {
        Started started = start(engine, id);
        while (started.isConflict()) {
            Takeover takeover =
                    takeOver(engine, started.runId(), settings.sync().lease());
            if (takeover == Takeover.REFUSED) {
                conflict(engine, started.runId());
                return Optional.empty();
            }
            // It is carried by this process now, or it ended meanwhile and this run can begin.
            started = takeover == Takeover.DONE ? new Started("existing", started.runId()) : start(engine, id);
        }
        try (Progress progress = Progress.of(progressKind.orElse(null), root.terminal())) {
            return Optional.of(new RunWatch(engine, progress).untilEnded(started.runId()));
        }
    }

    private Started start(Engine engine, UUID id) {
        Map<?, ?> answer = engine.request(
                route,
                Stream.concat(
                                request.entrySet().stream(),
                                Map.of(
                                        "run_id",
                                        id.toString(),
                                        "initiator",
                                        "user",
                                        "requested_at",
                                        Instant.now().toString())
                                        .entrySet()
                                        .stream())
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                Map.class);
        return new Started(
                String.valueOf(answer.get("outcome")), UUID.fromString(String.valueOf(answer.get("run_id"))));
    }

    private enum Takeover {
        DONE,
        REFUSED,
        NOTHING_LEFT
    }

    /**
     * Tries to take over the active run. Whether its owner is dead shows when the lease runs out, and that it lives when
     * the lease is renewed; until one of the two happens nobody can tell.
     */
    private Takeover takeOver(Engine engine, UUID active, Duration lease) {
        long giveUp = System.nanoTime() + lease.plus(BEYOND_LEASE).toNanos();
        Optional<Object> firstExpiry = Optional.empty();
        do {
            Map<?, ?> answer = engine.request(
                    "sync-adopt",
                    Map.of(
                            "store",
                            request.get("store"),
                            "stream",
                            request.get("stream"),
                            "job_type",
                            request.get("job_type")),
                    Map.class);
            if (answer == null || !active.toString().equals(String.valueOf(answer.get("run_id")))) {
                return Takeover.NOTHING_LEFT;
            }
            if ("adopted".equals(answer.get("outcome"))) {
                root.terminal().say("tidemark: run " + active + " was left behind; going on where it was");
                return Takeover.DONE;
            }
            Optional<Object> expiry = Optional.ofNullable(answer.get("expires_at"));
            if (firstExpiry.isEmpty()) {
                root.terminal()
                        .say("tidemark: run " + active + " is active; looking whether its process is alive (at most "
                                + lease.plus(BEYOND_LEASE).toSeconds() + " s)");
                firstExpiry = expiry;
            } else if (!expiry.equals(firstExpiry)) {
                return Takeover.REFUSED;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        } while (System.nanoTime() < giveUp);
        return Takeover.REFUSED;
    }

    private int conflict(Engine engine, UUID active) {
        RunDocument run = RunWatch.read(engine, active);
        String sentence = "Run " + active + " of " + request.get("store") + "/" + request.get("stream") + " is active ("
                + run.status() + "); this one was not started.";
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("error", "conflict");
        document.put("message", sentence);
        document.put("run_id", active.toString());
        document.set("active", run.json());
        output.document(root.terminal(), document, active::toString);
        root.terminal().say("tidemark: " + sentence + " Follow it with 'tidemark runs watch " + active + "'.");
        return ExitCode.CONFLICT.number();
    }

    private void print(RunDocument run) {
        output.document(root.terminal(), run.json(), run::toText);
    }

    /** What {@code sync-start} answered: accepted, existing or conflict, and the run that is meant. */
    private record Started(String outcome, UUID runId) {
        boolean isConflict() {
            return outcome.equals("conflict");
        }
    }
}

package dev.tidemark.cli;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a range of history window by window, beside the daily runs and without touching their watermark. */
@Command(
        name = "backfill",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = {
            "Read a range of history, cut into windows, each in a run of its own.",
            "",
            "With --wait, which is the default, this process does the work and the exit code tells how it ended.",
            "With --no-wait the backfill is only written down, and a 'tidemark serve' process carries it out.",
            "The daily watermark is never moved; daily runs go on beside it and always find a bulk slot."
        },
        footer = {
            "",
            "Exit codes: 0 complete, 2 a range that cannot be, 3 some windows are not complete, 4 every window failed,",
            "7 another backfill of the stream is under way (its id is printed) or the plan was used,",
            "8 database or object storage away.",
            "",
            "A backfill that was left behind by a process that died goes on with 'tidemark backfill resume ID'",
            "or with the same command again.",
            "",
            "Examples:",
            "  tidemark backfill --store acme --stream shopify-orders --from 2024-01-01 --to 2025-01-01 --dry-run",
            "  tidemark backfill --plan 0198c0de-5f4e-7d21-a3c4-7f1f1b2f9a10",
            "  tidemark backfill --store acme --stream shopify-orders --from 2024-01-01 --to 2025-01-01 --window P7D --parallel 4"
        })
final class BackfillCommand implements Callable<Integer> {
    @Option(names = "--store", paramLabel = "STORE", description = "Store id, as in tidemark.stores.<id>.")
    private String store;

    @Option(names = "--stream", paramLabel = "STREAM", description = "Stream, such as shopify-orders.")
    private String stream;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "First moment to read: a day or a time with its offset, such as 2024-01-01T00:00:00Z.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "First moment not to read; at most now.")
    private String to;

    @Option(
            names = "--window",
            paramLabel = "LENGTH",
            description = "Length of one window, such as P30D, PT6H or 7d (P30D).")
    private String window;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "Windows read at once (2); at most one less than the source's bulk slots are.")
    private String parallel;

    @Option(names = "--order", paramLabel = "ORDER", description = "newest or oldest window first (newest).")
    private String order;

    @Option(
            names = "--dry-run",
            description = "Only plan: print the windows and what is known of their size, and a plan id.")
    private boolean dryRun;

    @Option(names = "--plan", paramLabel = "ID", description = "Carry out exactly this plan of a dry run.")
    private UUID plan;

    @Mixin
    private BackfillWaiting waiting;

    @Mixin
    private Output output;

    private final TidemarkCommand root;

    private BackfillCommand(TidemarkCommand root) {
        this.root = root;
    }

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new BackfillCommand(root))
                .addSubcommand(new ListBackfills(root))
                .addSubcommand(new ShowBackfill(root))
                .addSubcommand(new PauseBackfill(root))
                .addSubcommand(new ResumeBackfill(root))
                .addSubcommand(new CancelBackfill(root))
                .addSubcommand(new RetryWindow(root));
    }

    @Override
    public Integer call() {
        if (dryRun && plan != null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--dry-run makes a plan and --plan carries one out; give one of them.");
        }
        if (plan == null) {
            requireRange();
        }
        Settings settings = root.settingsWithDatabase();
        if (plan != null) {
            return startPlan(settings);
        }
        Catalogue.requireStoreAndStream(settings, store, stream);
        UUID id = UuidCreator.getTimeOrderedEpoch();
        return dryRun
                ? plan(settings, id)
                : waiting.start(root, settings, output, id, engine -> begun(engine, "backfill-plan", asked(id, true)));
    }

    private void requireRange() {
        Map<String, String> given = new TreeMap<>();
        given.put("--store", store);
        given.put("--stream", stream);
        given.put("--from", from);
        given.put("--to", to);
        List<String> missing =
                given.keySet().stream().filter(name -> given.get(name) == null).toList();
        if (!missing.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "A backfill needs " + String.join(", ", missing)
                            + "; or --plan, or a command: list, show, pause, resume, cancel or retry.");
        }
    }

    private Map<String, Object> asked(UUID id, boolean start) {
        Map<String, Object> asked = new HashMap<>();
        asked.put("backfill_id", id.toString());
        asked.put("store", store);
        asked.put("stream", stream);
        asked.put("from", from);
        asked.put("to", to);
        asked.put("window", window);
        asked.put("parallel", parallel);
        asked.put("order", order);
        asked.put("start", start);
        return asked;
    }

    private int plan(Settings settings, UUID id) {
        try (Engine engine = root.starter().start(settings, new Engine.Role.Query())) {
            engine.request("backfill-plan", asked(id, false), Map.class);
            BackfillDocument planned = BackfillDocument.read(engine, id, true);
            output.document(root.terminal(), planned.json(), planned::toText);
            root.terminal()
                    .say("tidemark: nothing was read; 'tidemark backfill --plan " + id + "' carries out this plan");
            return ExitCode.COMPLETE.number();
        }
    }

    private int startPlan(Settings settings) {
        return waiting.start(root, settings, output, plan, engine -> {
            BackfillDocument planned = BackfillDocument.read(engine, plan, false);
            refuseOther(planned, "--store", "/store", store);
            refuseOther(planned, "--stream", "/stream", stream);
            refuseOther(planned, "--window", "/window", window);
            refuseOther(planned, "--parallel", "/parallel", parallel);
            refuseOther(planned, "--order", "/order", order);
            if (from != null || to != null) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--plan carries out the range that was planned; leave --from and --to away.");
            }
            return begun(engine, "backfill-start-plan", Map.of("backfill_id", plan.toString()));
        });
    }

    private static void refuseOther(BackfillDocument planned, String option, String pointer, String given) {
        Optional<String> value = planned.text(pointer);
        if (given != null && !value.equals(Optional.of(given))) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    option + " is " + given + " but the plan has " + value.orElse("none")
                            + "; --plan carries out exactly what was planned.");
        }
    }

    /** Starts it; the id of what is under way, or the refusal with what stands in the way. */
    private UUID begun(Engine engine, String route, Map<String, Object> asked) {
        Map<?, ?> answer = engine.request(route, asked, Map.class);
        UUID id = UUID.fromString(String.valueOf(answer.get("backfill_id")));
        switch (String.valueOf(answer.get("outcome"))) {
            case "existing" ->
                root.terminal().say("tidemark: backfill " + id + " of this range is under way; going on where it is");
            case "used" ->
                throw new CommandFailure(
                        ExitCode.CONFLICT,
                        "Plan " + id + " was carried out before (" + answer.get("state")
                                + "); a plan is carried out once. 'tidemark backfill show " + id
                                + "' tells how far it is, 'tidemark backfill resume " + id
                                + "' goes on with it where it was left behind.");
            case "conflict" ->
                throw new CommandFailure(
                        ExitCode.CONFLICT,
                        "Backfill " + id + " of the same stream is under way; this one was not started. "
                                + "Wait for it ('tidemark backfill show " + id
                                + "'), or cancel it ('tidemark backfill cancel "
                                + id + "').");
            default -> {}
        }
        return id;
    }

    /** Newest backfills first. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List backfills and plans, newest first.",
            footer = {"", "Example:", "  tidemark backfill list --store acme --state running"})
    static final class ListBackfills extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("BACKFILL", "/backfill_id"),
                new Table.Column("STORE", "/store"),
                new Table.Column("STREAM", "/stream"),
                new Table.Column("STATE", "/state"),
                new Table.Column("FROM", "/from"),
                new Table.Column("TO", "/to"),
                new Table.Column("WINDOWS", "/progress/windows"),
                new Table.Column("COMPLETED", "/progress/completed"),
                new Table.Column("RECORDS", "/counts/roots"));

        @Option(names = "--store", paramLabel = "STORE", description = "Only of this store.")
        private String store;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only of this stream.")
        private String stream;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "Only in this state, such as running or planned.")
        private String state;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "20",
                description = "Most shown (${DEFAULT-VALUE}).")
        private int limit;

        ListBackfills(TidemarkCommand root) {
            super(root);
        }

        @Override
        void check() {
            if (limit < 1 || limit > 200) {
                throw new CommandFailure(ExitCode.USAGE, "--limit must be from 1 to 200, not " + limit + ".");
            }
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            question.put("stream", stream);
            question.put("state", state);
            question.put("limit", limit);
            return list(engine, "query-backfill-list", question, COLUMNS);
        }
    }

    /** One backfill with its windows. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one backfill or plan with every window.",
            footer = {
                "",
                "Example:",
                "  tidemark backfill show 0198c0de-5f4e-7d21-a3c4-7f1f1b2f9a10 -o json | jq '.windows[] | select(.state == \"failed\")'"
            })
    static final class ShowBackfill extends QueryCommand {
        @Parameters(paramLabel = "ID", description = "Id of the backfill or plan.")
        private UUID id;

        ShowBackfill(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            BackfillDocument backfill = BackfillDocument.read(engine, id, true);
            output().document(root().terminal(), backfill.json(), backfill::toText);
            return ExitCode.COMPLETE;
        }
    }

    /** Begins no further window. */
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Begin no further window; those under way are read to their end.")
    static final class PauseBackfill implements Callable<Integer> {
        @Parameters(paramLabel = "ID", description = "Id of the backfill.")
        private UUID id;

        @Mixin
        private Output output;

        private final TidemarkCommand root;

        PauseBackfill(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            return change(root, output, "backfill-pause", id);
        }
    }

    /** Goes on. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = {
                "Go on with a backfill that was paused, or that was left behind by a process that died.",
                "With --wait, which is the default, in this process."
            })
    static final class ResumeBackfill implements Callable<Integer> {
        @Parameters(paramLabel = "ID", description = "Id of the backfill.")
        private UUID id;

        @Mixin
        private BackfillWaiting waiting;

        @Mixin
        private Output output;

        private final TidemarkCommand root;

        ResumeBackfill(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            return waiting.start(root, root.settingsWithDatabase(), output, id, engine -> {
                requireDone(
                        engine.request("backfill-resume", Map.of("backfill_id", id.toString()), Map.class),
                        "backfill-resume",
                        id);
                return id;
            });
        }
    }

    /** Gives the rest up. */
    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Give up the windows that were not begun; those under way are read to their end.")
    static final class CancelBackfill implements Callable<Integer> {
        @Parameters(paramLabel = "ID", description = "Id of the backfill or plan.")
        private UUID id;

        @Mixin
        private Output output;

        private final TidemarkCommand root;

        CancelBackfill(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            return change(root, output, "backfill-cancel", id);
        }
    }

    /** Reads one window again. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Read one window again that failed, is partial or was cancelled.",
            footer = {"", "Example:", "  tidemark backfill retry 0198c0de-5f4e-7d21-a3c4-7f1f1b2f9a10 17"})
    static final class RetryWindow implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "ID", description = "Id of the backfill.")
        private UUID id;

        @Parameters(
                index = "1",
                paramLabel = "NUMBER",
                description = "Number of the window, as 'backfill show' tells it.")
        private int number;

        @Mixin
        private BackfillWaiting waiting;

        @Mixin
        private Output output;

        private final TidemarkCommand root;

        RetryWindow(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            return waiting.start(root, root.settingsWithDatabase(), output, id, engine -> {
                Map<?, ?> answer = engine.request(
                        "backfill-retry", Map.of("backfill_id", id.toString(), "number", number), Map.class);
                if (answer == null) {
                    throw new CommandFailure(
                            ExitCode.ERROR, "Backfill " + id + " with a window " + number + " does not exist.");
                }
                switch (String.valueOf(answer.get("outcome"))) {
                    case "conflict" ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT,
                                "Backfill " + answer.get("backfill_id") + " of the same stream is under way; window "
                                        + number + " was not put back in line.");
                    case "refused" ->
                        throw new CommandFailure(
                                ExitCode.CONFLICT,
                                "Window " + number + " is " + answer.get("state")
                                        + "; only a failed, partial or cancelled one can be read again.");
                    default -> {}
                }
                return id;
            });
        }
    }

    private static int change(TidemarkCommand root, Output output, String route, UUID id) {
        try (Engine engine = root.starter().start(root.settingsWithDatabase(), new Engine.Role.Query())) {
            requireDone(engine.request(route, Map.of("backfill_id", id.toString()), Map.class), route, id);
            BackfillDocument backfill = BackfillDocument.read(engine, id, false);
            output.document(root.terminal(), backfill.json(), backfill::toText);
            return ExitCode.COMPLETE.number();
        }
    }

    private static void requireDone(Map<?, ?> answer, String route, UUID id) {
        if (answer == null) {
            throw BackfillDocument.unknown(id);
        }
        if ("refused".equals(answer.get("outcome"))) {
            throw new CommandFailure(
                    ExitCode.CONFLICT,
                    "Backfill " + id + " is " + answer.get("state") + ", so it cannot "
                            + route.substring("backfill-".length()) + "."
                            + ("planned".equals(answer.get("state"))
                                    ? " 'tidemark backfill --plan " + id + "' starts it."
                                    : ""));
        }
    }
}

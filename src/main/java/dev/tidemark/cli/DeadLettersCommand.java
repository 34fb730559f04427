package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.api.LetterFilter;
import dev.tidemark.run.Engine;
import dev.tidemark.run.JobType;
import dev.tidemark.settings.Settings;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that look at records which were set aside, and those that settle them. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Look at what was set aside, and retry or discard it.",
            "An open letter holds the watermark of its store and stream."
        })
final class DeadLettersCommand implements Runnable {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec spec;

    private DeadLettersCommand() {}

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new DeadLettersCommand())
                .addSubcommand(new ListLetters(root))
                .addSubcommand(new ShowLetter(root))
                .addSubcommand(new RetryLetters(root))
                .addSubcommand(new DiscardLetters(root))
                .addSubcommand(new ExportLetters(root));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command: list, show, retry, discard or export.");
    }

    /** What narrows the letters down. */
    static final class Filter {
        @Option(names = "--store", paramLabel = "STORE", description = "Only of this store.")
        private String store;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only of this stream.")
        private String stream;

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                description = "Only of this kind: bulk_line, page, webhook or supplier_event.")
        private String kind;

        @Option(names = "--reason-code", paramLabel = "CODE", description = "Only with this reason, such as refused.")
        private String reasonCode;

        @Option(names = "--run", paramLabel = "RUN_ID", description = "Only of this run.")
        private UUID run;

        @Option(
                names = "--from",
                paramLabel = "TIME",
                converter = TimeRange.Moment.class,
                description = "Only first seen at or after this time (2026-03-01 or 2026-03-01T06:00:00Z).")
        private java.time.Instant from;

        @Option(
                names = "--to",
                paramLabel = "TIME",
                converter = TimeRange.Moment.class,
                description = "Only first seen before this time.")
        private java.time.Instant to;

        Map<String, Object> question() {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            question.put("stream", stream);
            question.put("kind", kind);
            question.put("reason", reasonCode);
            question.put("run", run);
            question.put("from", from);
            question.put("to", to);
            return question;
        }

        boolean isEmpty() {
            return question().values().stream().allMatch(value -> value == null);
        }
    }

    /** Newest letters first. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List dead letters, newest first: what, why, for how long, and what to do.",
            footer = {
                "",
                "Examples:",
                "  tidemark dead-letters list --store acme --stream shopify-orders",
                "  tidemark dead-letters list --state discarded -o ndjson | jq -r .settled_reason"
            })
    static final class ListLetters extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("ID", "/id"),
                new Table.Column("STORE", "/store"),
                new Table.Column("STREAM", "/stream"),
                new Table.Column("KIND", "/kind"),
                new Table.Column("STATE", "/state"),
                new Table.Column("AGE", "/age"),
                new Table.Column("TRIED", "/attempts"),
                new Table.Column("RECORD", "/record"),
                new Table.Column("REASON", "/reason"),
                new Table.Column("NEXT", "/next"));

        @Mixin
        private Filter filter;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                defaultValue = "open",
                description = "open, retried, resolved, discarded or all (${DEFAULT-VALUE}).")
        private String state;

        @Option(names = "--before", paramLabel = "CURSOR", description = "The 'next' of the page before.")
        private String before;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "50",
                description = "Most letters shown, 1 to 200 (${DEFAULT-VALUE}).")
        private int limit;

        ListLetters(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = filter.question();
            question.put("state", state.equals("all") ? null : state);
            question.put("before", before);
            question.put("limit", limit);
            JsonNode answer = RunDocument.parseJson(engine.request("query-letter-list", question, String.class));
            answer.path("items").forEach(letter -> ((ObjectNode) letter)
                    .put("age", age(letter.path("age_seconds").asLong())));
            output().list(root().terminal(), answer, COLUMNS);
            if (answer.hasNonNull("next")) {
                root().terminal()
                        .say("tidemark: there are more; go on with --before "
                                + answer.get("next").asText());
            }
            return ExitCode.COMPLETE;
        }
    }

    /** One letter. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one dead letter: its payload, its run, and the watermark that it holds.",
            footer = {"", "Example:", "  tidemark dead-letters show 17 -o json | jq -r .raw"})
    static final class ShowLetter extends QueryCommand {
        @Parameters(paramLabel = "ID", description = "Number of the letter.")
        private long id;

        ShowLetter(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            String answer = engine.request("query-letter-show", Map.of("id", id), String.class);
            if (answer == null) {
                throw new CommandFailure(
                        ExitCode.ERROR,
                        "There is no dead letter " + id + "; 'tidemark dead-letters list' shows those there are.");
            }
            JsonNode letter = RunDocument.parseJson(answer);
            output().document(root().terminal(), letter, () -> text(letter));
            return ExitCode.COMPLETE;
        }

        private static String text(JsonNode letter) {
            List<String> lines = new ArrayList<>();
            lines.add("letter     " + letter.path("id").asText() + "  "
                    + letter.path("state").asText()
                    + (letter.path("retrying").asBoolean() ? " (being retried)" : ""));
            lines.add("stream     " + letter.path("store").asText() + " / "
                    + letter.path("stream").asText() + "  ("
                    + letter.path("kind").asText() + ")");
            lines.add("record     " + letter.path("record").asText()
                    + (letter.hasNonNull("parent")
                            ? "  of " + letter.path("parent").asText()
                            : ""));
            lines.add("reason     " + letter.path("reason_code").asText() + ": "
                    + letter.path("reason").asText());
            lines.add("seen       " + letter.path("first_seen_at").asText() + "  to  "
                    + letter.path("last_seen_at").asText() + ", "
                    + letter.path("attempts").asText() + " time(s)");
            if (letter.path("run").isObject()) {
                lines.add("run        " + letter.at("/run/run_id").asText() + "  "
                        + letter.at("/run/status").asText() + ", line "
                        + letter.path("line").asText("-"));
            }
            if (letter.hasNonNull("settled_at")) {
                lines.add("settled    " + letter.path("settled_at").asText() + " by "
                        + letter.path("settled_by").asText() + ": "
                        + letter.path("settled_reason").asText());
            }
            letter.path("acts")
                    .forEach(act -> lines.add("act        " + act.path("at").asText() + " "
                            + act.path("action").asText() + " by "
                            + act.path("actor").asText()
                            + (act.hasNonNull("reason")
                                    ? ": " + act.path("reason").asText()
                                    : "")));
            lines.add("watermark  " + letter.at("/watermark/value").asText("none") + "; "
                    + letter.at("/watermark/sentence").asText());
            lines.add("next       " + letter.path("next").asText());
            lines.add("payload    " + letter.path("bytes").asText() + " bytes"
                    + (letter.has("raw_base64") ? ", not all of it UTF-8; -o json has it as base64" : ""));
            lines.add(visible(letter.path("raw").asText()));
            return String.join("\n", lines);
        }

        /** A payload must not steer the terminal, nor turn the direction of what follows. */
        private static String visible(String raw) {
            StringBuilder text = new StringBuilder(raw.length());
            raw.codePoints().forEach(point -> {
                int type = Character.getType(point);
                boolean hidden = type == Character.CONTROL
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR;
                if (hidden && point != '\n') {
                    text.append(String.format(Locale.ROOT, "\\u%04x", point));
                } else {
                    text.appendCodePoint(point);
                }
            });
            return text.toString();
        }
    }

    /** Loads letters again. */
    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = {
                "Load what was set aside again, with the rest of its family, after its cause was removed.",
                "",
                "Name one letter by its number. Or name a filter: that shows what is meant and gives a token, with which the",
                "letters are retried if they are still the same. Newer rows stay as they are, and no watermark moves: the next",
                "sync moves it when no letter is left."
            },
            footer = {
                "",
                "With --wait this process does the work; without it a 'tidemark serve' process does. What a process that died has",
                "left behind goes on with --act; the act's id was said on stderr, and 'dead-letters show' tells it.",
                "",
                "Exit codes: 0 complete, 1 no such open letter, 3 set aside again, 4 a run failed, 7 not the letters of the preview.",
                "",
                "Examples:",
                "  tidemark dead-letters retry 17 --wait",
                "  tidemark dead-letters retry --store acme --stream shopify-orders --reason-code refused",
                "  tidemark dead-letters retry --token 7e0c7a5e-3f9a-4d0c-9b7c-2a1f6f0d7f11 --wait"
            })
    static final class RetryLetters extends Act {
        @Option(names = "--reason", paramLabel = "TEXT", description = "What was mended; it is kept in the audit.")
        private String reason;

        @Option(names = "--wait", description = "Do the work here and wait for the end.")
        private boolean wait;

        @Option(names = "--act", paramLabel = "ACT_ID", description = "Go on with a retry that was begun before.")
        private UUID begun;

        RetryLetters(TidemarkCommand root) {
            super(root, "retry");
        }

        @Override
        Optional<String> reason() {
            return Optional.ofNullable(reason);
        }

        @Override
        Engine.Role role() {
            return wait ? new Engine.Role.Work(UuidCreator.getTimeOrderedEpoch()) : new Engine.Role.Query();
        }

        @Override
        Optional<UUID> begun() {
            return Optional.ofNullable(begun);
        }

        @Override
        JsonNode carriedOut(Engine engine, JsonNode act) {
            if (!wait) {
                return act;
            }
            Map<String, Object> question = Map.of("act_id", act.path("act_id").asText());
            JsonNode now = act;
            while (now.path("status").asText().equals("running")) {
                now.path("runs").forEach(run -> takeOver(engine, run));
                engine.request("letters-next", question, Map.class);
                LockSupport.parkNanos(LOOK.toNanos());
                now = RunDocument.parseJson(engine.request("query-letter-act", question, String.class));
            }
            return now;
        }
    }

    /** Takes a run over that a dead process left behind; one whose owner lives stays with it. */
    private static void takeOver(Engine engine, JsonNode run) {
        if (!List.of("queued", "completed", "partial", "failed")
                .contains(run.path("status").asText())) {
            engine.request(
                    "sync-adopt",
                    Map.of(
                            "store",
                            run.path("store").asText(),
                            "stream",
                            run.path("stream").asText(),
                            "job_type",
                            JobType.DEAD_LETTER_RETRY.name()),
                    Map.class);
        }
    }

    /** Gives letters up. */
    @Command(
            name = "discard",
            mixinStandardHelpOptions = true,
            description = {
                "Give up what was set aside: the watermark no longer waits for it. The reason is kept in the audit.",
                "",
                "Name one letter by its number. Or name a filter: that shows what is meant and gives a token, with which the",
                "letters are discarded if they are still the same. A discarded root takes along the children that wait for it."
            },
            footer = {
                "",
                "Exit codes: 0 done, 1 no such open letter, 7 not the letters of the preview.",
                "",
                "Examples:",
                "  tidemark dead-letters discard 17 --reason 'test order of the agency'",
                "  tidemark dead-letters discard --store acme --reason-code time",
                "  tidemark dead-letters discard --token 7e0c7a5e-3f9a-4d0c-9b7c-2a1f6f0d7f11 --reason 'imported by mistake'"
            })
    static final class DiscardLetters extends Act {
        @Option(names = "--reason", paramLabel = "TEXT", description = "Why they may be given up; needed to discard.")
        private String reason;

        DiscardLetters(TidemarkCommand root) {
            super(root, "discard");
        }

        @Override
        Optional<String> reason() {
            return Optional.ofNullable(reason);
        }

        @Override
        Engine.Role role() {
            return new Engine.Role.Query();
        }

        @Override
        JsonNode carriedOut(Engine engine, JsonNode act) {
            return act;
        }
    }

    /** What retry and discard have in common: one letter, or a preview and then its token. */
    abstract static class Act implements Callable<Integer> {
        static final Duration LOOK = Duration.ofMillis(100);

        @Parameters(arity = "0..1", paramLabel = "ID", description = "Number of one letter.")
        private Long id;

        @Mixin
        private Filter filter;

        @Option(names = "--token", paramLabel = "TOKEN", description = "The token of a preview.")
        private UUID token;

        @Mixin
        private Output output;

        private final TidemarkCommand root;
        private final String action;

        Act(TidemarkCommand root, String action) {
            this.root = root;
            this.action = action;
        }

        abstract Optional<String> reason();

        /** An act that is only gone on with. */
        Optional<UUID> begun() {
            return Optional.empty();
        }

        abstract Engine.Role role();

        abstract JsonNode carriedOut(Engine engine, JsonNode act);

        @Override
        public Integer call() {
            Settings settings = root.settingsWithDatabase();
            int named = (id == null ? 0 : 1)
                    + (token == null ? 0 : 1)
                    + (filter.isEmpty() ? 0 : 1)
                    + (begun().isEmpty() ? 0 : 1);
            if (named != 1) {
                throw new CommandFailure(
                        ExitCode.USAGE, "Name one letter by its number, or a filter for a preview, or its --token.");
            }
            if (id == null && token == null && begun().isEmpty()) {
                return preview(settings);
            }
            try (Engine engine = root.starter().start(settings, role())) {
                JsonNode act = RunDocument.parseJson(
                        begun().isPresent()
                                ? engine.request(
                                        "query-letter-act",
                                        Map.of("act_id", begun().get().toString()),
                                        String.class)
                                : engine.request("letters-" + action, request(), String.class));
                if (act.path("letters").asLong() == 0) {
                    throw new CommandFailure(
                            ExitCode.ERROR,
                            "There is no act " + act.path("act_id").asText() + ".");
                }
                root.terminal().say("tidemark: act " + act.path("act_id").asText());
                JsonNode done = carriedOut(engine, act);
                output.document(root.terminal(), done, () -> text(done));
                return exitCode(done).number();
            }
        }

        private Map<String, Object> request() {
            Map<String, Object> act = new HashMap<>();
            act.put("id", id);
            act.put("token", token);
            act.put("actor", actor());
            reason().ifPresent(text -> act.put("reason", text));
            return act;
        }

        private int preview(Settings settings) {
            try (Engine engine = root.starter().start(settings, new Engine.Role.Query())) {
                Map<String, Object> question = filter.question();
                question.put("action", action);
                question.put("actor", actor());
                JsonNode preview = RunDocument.parseJson(engine.request("letters-preview", question, String.class));
                output.document(root.terminal(), preview, () -> previewText(preview));
                root.terminal()
                        .say("tidemark: nothing was changed; to " + action + " these "
                                + preview.path("count").asText() + " letter(s): tidemark dead-letters " + action
                                + " --token " + preview.path("token").asText()
                                + (action.equals("discard") ? " --reason TEXT" : ""));
                return ExitCode.COMPLETE.number();
            }
        }

        private static String actor() {
            return "cli/" + System.getProperty("user.name", "unknown");
        }

        private static String previewText(JsonNode preview) {
            List<String> lines = new ArrayList<>();
            lines.add("letters    " + preview.path("count").asText());
            preview.path("sample")
                    .forEach(letter ->
                            lines.add("           " + letter.path("id").asText() + "  "
                                    + letter.path("record").asText() + "  "
                                    + letter.path("reason").asText()));
            preview.path("marks")
                    .forEach(mark ->
                            lines.add("watermark  " + mark.path("sentence").asText()));
            lines.add("token      " + preview.path("token").asText() + "  until "
                    + preview.path("expires_at").asText());
            return String.join("\n", lines);
        }

        private static String text(JsonNode act) {
            List<String> lines = new ArrayList<>();
            lines.add("act        " + act.path("act_id").asText() + "  "
                    + act.path("action").asText() + ", " + act.path("status").asText());
            lines.add("letters    " + act.path("letters").asText() + ": "
                    + act.at("/states/retried").asText() + " retried, "
                    + act.at("/states/resolved").asText() + " resolved, "
                    + act.at("/states/discarded").asText() + " discarded, "
                    + act.at("/states/open").asText() + " open");
            act.path("runs")
                    .forEach(run -> lines.add("run        " + run.path("run_id").asText("queued") + "  "
                            + run.path("status").asText()));
            act.path("marks")
                    .forEach(mark ->
                            lines.add("watermark  " + mark.path("sentence").asText()));
            return String.join("\n", lines);
        }

        private static ExitCode exitCode(JsonNode act) {
            return switch (act.path("status").asText()) {
                case "partial" -> ExitCode.PARTIAL;
                case "failed" -> ExitCode.RUN_FAILED;
                default -> ExitCode.COMPLETE;
            };
        }
    }

    /** Letters with their payloads, as lines. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Write dead letters with their payloads to stdout, oldest first.",
                "",
                "Each letter is a line of JSON with its facts, then a line with its payload as it was received. A payload that is",
                "no line of UTF-8 is a member raw_base64 of the facts instead; the member payload says which: line or base64."
            },
            footer = {
                "",
                "Example:",
                "  tidemark dead-letters export --store acme --reason-code malformed > letters.jsonl"
            })
    static final class ExportLetters implements Callable<Integer> {
        @Mixin
        private Filter filter;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                defaultValue = "open",
                description = "open, retried, resolved, discarded or all (${DEFAULT-VALUE}).")
        private String state;

        private final TidemarkCommand root;

        ExportLetters(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() throws Exception {
            try (Engine engine = root.starter().start(root.settingsWithDatabase(), new Engine.Role.Query())) {
                Map<String, Object> question = filter.question();
                question.put("state", state.equals("all") ? null : state);
                long count = 0;
                for (List<Map<String, Object>> page = page(engine, question);
                        !page.isEmpty();
                        page = page(engine, question)) {
                    for (Map<String, Object> row : page) {
                        write(root.terminal().out(), row);
                        question.put("after", row.get("id"));
                        count++;
                    }
                }
                root.terminal().say("tidemark: " + count + " letter(s) written");
                return ExitCode.COMPLETE.number();
            }
        }

        @SuppressWarnings("unchecked")
        private static List<Map<String, Object>> page(Engine engine, Map<String, Object> question) {
            return engine.request("query-letter-export", question, List.class);
        }

        private static void write(PrintStream out, Map<String, Object> row) throws Exception {
            ObjectNode facts = (ObjectNode) JSON.readTree((String) row.get("document"));
            byte[] raw = (byte[]) row.get("raw");
            boolean line = LetterFilter.isUtf8(raw)
                    && new String(raw, StandardCharsets.UTF_8).lines().count() <= 1;
            facts.put("payload", line ? "line" : "base64");
            if (!line) {
                facts.put("raw_base64", Base64.getEncoder().encodeToString(raw));
            }
            out.println(JSON.writeValueAsString(facts));
            if (line) {
                out.write(raw);
                out.println();
            }
        }
    }

    /** A span in the largest unit that leaves at least one of it. */
    private static String age(long seconds) {
        if (seconds >= 172_800) {
            return seconds / 86_400 + "d";
        }
        return seconds >= 7_200 ? seconds / 3_600 + "h" : seconds >= 120 ? seconds / 60 + "m" : seconds + "s";
    }
}

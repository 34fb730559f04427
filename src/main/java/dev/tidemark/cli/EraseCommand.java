package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.archive.ObjectStorage;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.s3.S3Client;

/** Takes a person's data out of everything that is stored, and tells what is stored of a person. */
@Command(
        name = "erase",
        mixinStandardHelpOptions = true,
        description = {
            "Take a person's data out of tables, archives and dead letters, with a receipt.",
            "",
            "The person is known by the shop's customer id, by an e-mail address, or by both; accounts with the subscription",
            "app and orders are found by them. Ids and money stay, so that sums stay true. What is read later, by a sync, a",
            "backfill, a reingest or a webhook, is kept without the personal values. The address itself is kept nowhere.",
            "With --shop everybody's data of the store is taken out."
        },
        footer = {
            "",
            "An erasure that was interrupted goes on with 'tidemark erase resume', or by a 'tidemark serve' process. Runs that",
            "began before are waited for.",
            "",
            "Exit codes: 0 done, 1 error, 2 usage, 8 database or object storage away.",
            "",
            "Examples:",
            "  tidemark erase --store acme --customer 207119551 --dry-run",
            "  tidemark erase --store acme --email jon@example.com",
            "  tidemark erase --store acme --shop --confirm acme",
            "  tidemark erase export --store acme --customer 207119551 > person.json",
            "  tidemark erase list --state open"
        })
final class EraseCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(250);

    @Option(names = "--store", paramLabel = "STORE", description = "Store id.")
    private String store;

    @Option(names = "--customer", paramLabel = "ID", description = "The shop's id of the customer.")
    private String customer;

    @Option(names = "--email", paramLabel = "ADDRESS", description = "The person's e-mail address.")
    private String email;

    @Option(names = "--shop", description = "Everybody's data of the store.")
    private boolean shop;

    @Option(names = "--confirm", paramLabel = "STORE", description = "With --shop: the store's id once more.")
    private String confirm;

    @Option(names = "--dry-run", description = "Tell what would be found; change nothing.")
    private boolean dryRun;

    @Mixin
    private Output output;

    private final TidemarkCommand root;

    private EraseCommand(TidemarkCommand root) {
        this.root = root;
    }

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new EraseCommand(root))
                .addSubcommand(new ListRequests(root))
                .addSubcommand(new ShowRequest(root))
                .addSubcommand(new ResumeRequests(root))
                .addSubcommand(new ExportPerson(root));
    }

    @Override
    public Integer call() {
        Settings settings = root.settingsWithDatabase();
        if (store == null) {
            throw new CommandFailure(ExitCode.USAGE, "Name the --store.");
        }
        if (shop == (customer != null || email != null)) {
            throw new CommandFailure(ExitCode.USAGE, "Name --customer or --email or both, or else --shop.");
        }
        if (shop && !dryRun && !store.equals(confirm)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "To erase everybody of " + store + " add --confirm " + store + "; nothing was changed.");
        }
        try (Engine engine = root.starter().start(settings, new Engine.Role.Query())) {
            Map<String, Object> asked = asked(shop ? "shop" : "person", store, customer, email);
            asked.put("dry_run", dryRun);
            Map<?, ?> begun = engine.request("erasure-begin", asked, Map.class);
            JsonNode document = dryRun
                    ? RunDocument.parseJson(String.valueOf(begun.get("receipt")))
                    : carriedOut(root, engine, store, String.valueOf(begun.get("request_id")));
            output.document(root.terminal(), document, () -> text(document));
            return ExitCode.COMPLETE.number();
        }
    }

    private static Map<String, Object> asked(String kind, String store, String customer, String email) {
        Map<String, Object> asked = new HashMap<>();
        asked.put("store", store);
        asked.put("kind", kind);
        asked.put("customer", customer);
        asked.put("email", email);
        asked.put("actor", "cli/" + System.getProperty("user.name", "unknown"));
        return asked;
    }

    /** Takes the steps, waiting for runs that began before. */
    private static JsonNode carriedOut(TidemarkCommand root, Engine engine, String store, String request) {
        String said = "";
        while (true) {
            JsonNode document = RunDocument.parseJson(
                    engine.request("erasure-carry-out", Map.of("store", store, "request_id", request), String.class));
            if (document.path("state").asText().equals("done")) {
                return document;
            }
            String waiting = document.path("waiting_for").asText("another process");
            if (!waiting.equals(said)) {
                said = waiting;
                root.terminal().say("tidemark: request " + request + " waits for " + waiting);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private static String text(JsonNode document) {
        JsonNode receipt = document.has("receipt") ? document.path("receipt") : document;
        List<String> lines = new ArrayList<>();
        lines.add("request    " + document.path("request_id").asText("dry run") + "  "
                + document.path("state").asText("nothing was changed"));
        receipt.path("persons")
                .fields()
                .forEachRemaining(kind -> lines.add(
                        "known by   " + kind.getKey() + ": " + kind.getValue().size()));
        receipt.path("tables").fields().forEachRemaining(table -> {
            if (table.getValue().asLong() > 0) {
                lines.add(
                        "table      " + table.getKey() + ": " + table.getValue().asText() + " row(s)");
            }
        });
        receipt.path("archives")
                .forEach(file -> lines.add("archive    " + file.path("key").asText() + ": "
                        + file.path("lines").asText() + " line(s)"));
        lines.add("letters    " + receipt.path("dead_letters").asText("0") + " dead letter(s), "
                + receipt.path("deliveries").asText("0") + " delivery(ies)");
        return String.join("\n", lines);
    }

    /** Requests, newest first. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List requests, newest first, with what is left of the 30 days.",
            footer = {"", "Example:", "  tidemark erase list --store acme --state open"})
    static final class ListRequests extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("REQUEST", "/request_id"),
                new Table.Column("STORE", "/store"),
                new Table.Column("KIND", "/kind"),
                new Table.Column("STATE", "/state"),
                new Table.Column("BY", "/origin"),
                new Table.Column("MADE", "/requested_at"),
                new Table.Column("DUE", "/due_at"),
                new Table.Column("DAYS LEFT", "/days_left"),
                new Table.Column("WAITS FOR", "/waiting_for"));

        @Option(names = "--store", paramLabel = "STORE", description = "Only of this store.")
        private String store;

        @Option(names = "--state", paramLabel = "STATE", description = "Only open or done.")
        private String state;

        ListRequests(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            question.put("state", state);
            return list(engine, "query-erasure-list", question, COLUMNS);
        }
    }

    /** One request. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Show one request with its receipt: what was found and removed, table by table and object by object.",
            footer = {"", "Example:", "  tidemark erase show 0198c0de-5f4e-7d21-a3c4-7f1f1b2f9a10 -o json"})
    static final class ShowRequest extends QueryCommand {
        @Parameters(paramLabel = "REQUEST_ID", description = "Id of the request.")
        private UUID request;

        ShowRequest(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            JsonNode items = RunDocument.parseJson(
                            engine.request("query-erasure-list", Map.of("request_id", request), String.class))
                    .path("items");
            if (items.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.ERROR,
                        "There is no request " + request + "; 'tidemark erase list' shows those there are.");
            }
            output().document(root().terminal(), items.get(0), () -> text(items.get(0)));
            return ExitCode.COMPLETE;
        }
    }

    /** Goes on with what was interrupted. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Carry out every open request, such as one whose process died.")
    static final class ResumeRequests implements Callable<Integer> {
        private final TidemarkCommand root;

        ResumeRequests(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            try (Engine engine = root.starter().start(root.settingsWithDatabase(), new Engine.Role.Query())) {
                JsonNode items = RunDocument.parseJson(
                                engine.request("query-erasure-list", Map.of("state", "open"), String.class))
                        .path("items");
                items.forEach(open -> carriedOut(
                        root,
                        engine,
                        open.path("store").asText(),
                        open.path("request_id").asText()));
                root.terminal().say("tidemark: " + items.size() + " request(s) carried out");
                return ExitCode.COMPLETE.number();
            }
        }
    }

    /** Everything stored of a person. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Write everything that is stored of a person to stdout, as one JSON document.",
                "It is kept in object storage, too, below export/, until the person is erased."
            },
            footer = {"", "Example:", "  tidemark erase export --store acme --customer 207119551 > person.json"})
    static final class ExportPerson implements Callable<Integer> {
        @Option(names = "--store", required = true, paramLabel = "STORE", description = "Store id.")
        private String store;

        @Option(names = "--customer", paramLabel = "ID", description = "The shop's id of the customer.")
        private String customer;

        @Option(names = "--email", paramLabel = "ADDRESS", description = "The person's e-mail address.")
        private String email;

        private final TidemarkCommand root;

        ExportPerson(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            Settings settings = root.settingsWithDatabase();
            if (customer == null && email == null) {
                throw new CommandFailure(ExitCode.USAGE, "Name --customer or --email or both.");
            }
            try (Engine engine = root.starter().start(settings, new Engine.Role.Query());
                    S3Client s3 = ObjectStorage.open(settings.s3())) {
                Map<?, ?> begun = engine.request("erasure-begin", asked("data", store, customer, email), Map.class);
                JsonNode document = carriedOut(root, engine, store, String.valueOf(begun.get("request_id")));
                String key = document.at("/receipt/export").asText();
                byte[] data = new StoredArchives(s3, settings.s3().bucket())
                        .object(key)
                        .orElseThrow(() -> new CommandFailure(ExitCode.ERROR, "The object " + key + " is gone."));
                root.terminal().out().write(data, 0, data.length);
                root.terminal().out().println();
                root.terminal().say("tidemark: kept as " + key + " until the person is erased");
                return ExitCode.COMPLETE.number();
            }
        }
    }
}

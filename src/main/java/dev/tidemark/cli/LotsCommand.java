package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.measure.LotFile;
import dev.tidemark.run.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Receipts of stock and what they cost. */
@Command(
        name = "lots",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Tell what was received and at what cost, and see what is left of it.")
final class LotsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private LotsCommand() {}

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new LotsCommand())
                .addSubcommand(new ImportLots(root))
                .addSubcommand(new ListLots(root));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command: import or list.");
    }

    /** Takes a file of receipts in. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = {
                "Take receipts in, each lot once, and compute the days again that they change.",
                "Bad lines are refused with their number, the others are taken in: exit code 3."
            },
            footer = {
                "",
                "Columns: lot_id, variant_id, received_at, quantity, unit_cost, currency,",
                "and if wanted store, product_id, reference.",
                "",
                "Example:",
                "  tidemark lots import receipts.csv --store acme"
            })
    static final class ImportLots implements Callable<Integer> {
        /** So many lots, and lots of so many variants, at a time; each time is a transaction of some seconds. */
        private static final int LOTS_AT_ONCE = 2_000;

        private static final int VARIANTS_AT_ONCE = 100;

        @Parameters(paramLabel = "FILE", description = "CSV with a header (.csv), or JSON lines (.jsonl).")
        private Path file;

        @Option(names = "--store", paramLabel = "STORE", description = "Store of the lines that do not name one.")
        private String store;

        @Mixin
        private Output output;

        private final TidemarkCommand root;

        ImportLots(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            LotFile lots = read();
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            answer.put("file", file.toString()).put("lines", lots.lines());
            Map<String, Integer> outcomes = new HashMap<>(Map.of("unchanged", (int) lots.repeated()));
            ArrayNode refused = JsonNodeFactory.instance.arrayNode();
            lots.refusals().forEach(refusal -> refused.addObject()
                    .put("line", refusal.line())
                    .put("lot_id", refusal.lotId())
                    .put("reason", refusal.reason()));
            if (!lots.lotsByStore().isEmpty()) {
                send(lots, outcomes, refused);
            }
            for (String outcome : List.of("imported", "corrected", "unchanged")) {
                answer.put(outcome, outcomes.getOrDefault(outcome, 0));
            }
            answer.put("refused", refused.size());
            answer.set("refusals", refused);
            refused.forEach(refusal -> root.terminal()
                    .say("tidemark: line " + refusal.path("line").asText() + " is refused: "
                            + refusal.path("reason").asText()));
            output.document(
                    root.terminal(), answer, () -> "%d lines: %d imported, %d corrected, %d unchanged, %d refused"
                            .formatted(
                                    lots.lines(),
                                    outcomes.getOrDefault("imported", 0),
                                    outcomes.getOrDefault("corrected", 0),
                                    outcomes.getOrDefault("unchanged", 0),
                                    refused.size()));
            return (refused.isEmpty() ? ExitCode.COMPLETE : ExitCode.PARTIAL).number();
        }

        private LotFile read() {
            try {
                return LotFile.read(file, Optional.ofNullable(store));
            } catch (LotFile.Unreadable e) {
                throw new CommandFailure(ExitCode.USAGE, e.getMessage(), e);
            } catch (IOException e) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "Reading " + file + " failed: " + e.getClass().getSimpleName() + " " + e.getMessage()
                                + "; nothing was taken in",
                        e);
            }
        }

        private void send(LotFile lots, Map<String, Integer> outcomes, ArrayNode refused) {
            try (Engine engine = root.starter().start(root.settingsWithDatabase(), new Engine.Role.Query())) {
                lots.lotsByStore().forEach((owner, all) -> {
                    for (ArrayNode some : portions(all)) {
                        JsonNode taken = RunDocument.parseJson(engine.request(
                                "lots-import", Map.of("store", owner, "lots", some.toString()), String.class));
                        for (JsonNode lot : taken.path("items")) {
                            outcomes.merge(lot.path("outcome").asText(), 1, Integer::sum);
                            if (lot.path("outcome").asText().equals("refused")) {
                                refused.add(lot);
                            }
                        }
                    }
                });
            }
        }

        /** All lots of a variant together, as far as they fit: what they change is computed once for each portion. */
        private static List<ArrayNode> portions(List<ObjectNode> lots) {
            List<ObjectNode> sorted = lots.stream()
                    .sorted(Comparator.comparingLong(
                            lot -> lot.path("variant_id").asLong()))
                    .toList();
            List<ArrayNode> portions = new ArrayList<>();
            Set<Long> variants = new HashSet<>();
            ArrayNode portion = JsonNodeFactory.instance.arrayNode();
            for (ObjectNode lot : sorted) {
                variants.add(lot.path("variant_id").asLong());
                if (variants.size() > VARIANTS_AT_ONCE || portion.size() == LOTS_AT_ONCE) {
                    portions.add(portion);
                    portion = JsonNodeFactory.instance.arrayNode();
                    variants.clear();
                    variants.add(lot.path("variant_id").asLong());
                }
                portion.add(lot);
            }
            portions.add(portion);
            return portions;
        }
    }

    /** What is left of each receipt. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List lots, oldest first, with what is left of them.",
            footer = {"", "Example:", "  tidemark lots list --store acme --open"})
    static final class ListLots extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("STORE", "/store"),
                new Table.Column("LOT", "/lot_id"),
                new Table.Column("VARIANT", "/variant_id"),
                new Table.Column("RECEIVED", "/received_at"),
                new Table.Column("QUANTITY", "/quantity"),
                new Table.Column("LEFT", "/remaining"),
                new Table.Column("UNIT COST", "/unit_cost"),
                new Table.Column("CURRENCY", "/currency"));

        @Option(names = "--store", paramLabel = "STORE", description = "Only of this store.")
        private String store;

        @Option(names = "--variant", paramLabel = "ID", description = "Only of this variant.")
        private Long variant;

        @Option(names = "--open", description = "Only lots that are not used up.")
        private boolean open;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "1000",
                description = "Most lots shown (${DEFAULT-VALUE}).")
        private int limit;

        ListLots(TidemarkCommand root) {
            super(root);
        }

        @Override
        void check() {
            if (limit < 1 || limit > 100_000) {
                throw new CommandFailure(ExitCode.USAGE, "--limit must be from 1 to 100000, not " + limit + ".");
            }
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            question.put("variant", variant);
            question.put("open", open);
            question.put("limit", limit);
            return list(engine, "query-lot-list", question, COLUMNS);
        }
    }
}

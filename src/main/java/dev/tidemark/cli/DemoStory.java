package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The demo's story: a first sync; forty changed orders of which three are refused; the cause removed. Every number on the
 * screen is read from the run, the tables, object storage or the shop; one that is not as it should be ends the story.
 */
final class DemoStory {
    private static final int CHANGED = 40;
    private static final int REFUSED = 3;
    private static final String CHANGES = """
            [{"action": "create", "count": 12, "lines": [{"variant": 3}]},
             {"action": "create", "count": 10, "lines": [{"variant": 8, "quantity": 2}, {"variant": 14}]},
             {"action": "create", "count": 3, "lines": [{"variant": 5, "quantity": 400, "unit_price": "42.50"}]},
             {"action": "update", "sample": 15}]
            """;

    private final DemoPlace place;
    private final Terminal terminal;
    private final DemoApi api;
    private final long began;

    /** @param beganNanos when the demo began, for the times on the screen */
    DemoStory(DemoPlace place, Terminal terminal, long beganNanos) {
        this.place = place;
        this.terminal = terminal;
        this.api = new DemoApi(place);
        this.began = beganNanos;
    }

    /** @throws CommandFailure when something is not as it should be */
    void tell() {
        RunDocument first = firstSync();
        Map<Long, Order> changed = shopGoesOn();
        RunDocument held = threeOfForty(first, changed);
        RunDocument mended = causeRemoved(held, changed);
        comparison();
        say("");
        say(
                "That is the promise: a watermark moves only after everything before it is committed or durably set aside,");
        say("and a partial failure is loud. It stood at " + mark(held) + " while three orders were missing,");
        say("and moved to " + mark(mended) + " when none was.");
    }

    private RunDocument firstSync() {
        chapter("1. The first sync: everything the shop has");
        RunDocument run = sync(200, "completed");
        Rows rows = rows();
        point(
                "asked",
                "orders changed since " + run.text("/window/from").orElse("-")
                        + " (no watermark yet: the floor of 128 days)");
        point(
                "received",
                String.format(
                        Locale.ROOT,
                        "%,d orders and %,d line items: %,d lines, and the shop counted %,d",
                        count(run, "roots"),
                        run.lines() - count(run, "roots"),
                        run.lines(),
                        run.objectCount().orElse(-1)));
        archive(run);
        point("loaded", outcome(run));
        measurements(rows);
        watermark(run);
        require(run.json().at("/proof/complete").asBoolean(), "the first run is not proved complete");
        require(
                rows.orders() == count(run, "roots"),
                "the table has " + rows.orders() + " orders, the run " + count(run, "roots"));
        return run;
    }

    private Map<Long, Order> shopGoesOn() {
        chapter("2. The shop goes on: forty orders change, and somebody adds a rule to the database");
        Map<Long, Order> changed = new TreeMap<>();
        RunDocument.parseJson(api.changeShop("/_control/orders", CHANGES))
                .forEach(order -> changed.put(id(order), Order.of(order)));
        place.database().execute("refuse_large_orders");
        BigDecimal largest = changed.values().stream()
                .map(Order::total)
                .max(BigDecimal::compareTo)
                .orElseThrow();
        point(
                "shop",
                String.format(
                        Locale.ROOT,
                        "%d orders are new or changed; %d of them are wholesale orders of %,.2f",
                        changed.size(),
                        REFUSED,
                        largest));
        point("database", "alter table order_header add constraint ... check (total <= 10000)");
        require(changed.size() == CHANGED, changed.size() + " orders changed, not " + CHANGED);
        return changed;
    }

    private RunDocument threeOfForty(RunDocument first, Map<Long, Order> changed) {
        chapter("3. The next sync: three of the forty are refused");
        RunDocument run = sync(207, "partial");
        List<Letter> letters = place.database()
                .query(
                        "list_open_letters",
                        DemoPlace.STORE,
                        row -> new Letter(row.getLong(1), row.getString(2), row.getString(3), row.getString(4)));
        point("loaded", outcome(run));
        point("tables", stored(changed) + " of the " + CHANGED + " orders are there");
        point("set aside", letters.size() + " records, each with its raw line, its position and the reason:");
        letters.forEach(
                letter -> say("               line " + letter.line() + "  " + letter.record() + "  " + letter.code()));
        letters.stream().map(Letter::reason).distinct().forEach(reason -> say("               " + firstLine(reason)));
        watermark(run);
        point(
                "loud",
                "HTTP 207 with the reason, metric tidemark_watermark_held = 1; 'tidemark sync --wait' would exit with "
                        + ExitCode.ofStatus(run.status()).number());
        require(stored(changed) == CHANGED - REFUSED, stored(changed) + " of the changed orders are in the tables");
        require(mark(run).equals(mark(first)), "the watermark is at " + mark(run) + ", not at " + mark(first));
        return run;
    }

    private RunDocument causeRemoved(RunDocument held, Map<Long, Order> changed) {
        chapter("4. The rule is removed, and the next sync reads from the same place");
        place.database().execute("accept_large_orders");
        RunDocument run = sync(200, "completed");
        Rows rows = rows();
        point(
                "asked",
                "orders changed since " + run.text("/window/from").orElse("-")
                        + ": the watermark less the overlap, as before");
        point("loaded", outcome(run));
        point("tables", stored(changed) + " of the " + CHANGED + " orders are there");
        point(
                "set aside",
                rows.openLetters() + " open; " + rows.resolvedLetters()
                        + " resolved by themselves, because their records arrived");
        watermark(run);
        require(stored(changed) == CHANGED, stored(changed) + " of the changed orders are in the tables");
        require(rows.openLetters() == 0, rows.openLetters() + " records are still set aside");
        require(Instant.parse(mark(run)).isAfter(Instant.parse(mark(held))), "the watermark did not move");
        return run;
    }

    private void comparison() {
        chapter("5. The tables, compared with the shop's own truth");
        Map<Long, Order> tables = tables();
        Map<Long, Order> shop = new TreeMap<>();
        api.askShop("/_truth/orders")
                .lines()
                .map(RunDocument::parseJson)
                .forEach(order -> shop.put(id(order), Order.of(order)));
        Set<Long> differences = new TreeSet<>(tables.keySet());
        differences.addAll(shop.keySet());
        differences.removeIf(id -> shop.containsKey(id) && shop.get(id).equals(tables.get(id)));
        point(
                "compared",
                String.format(
                        Locale.ROOT,
                        "%,d orders: version, total, and each line item with quantity and total: %s",
                        shop.size(),
                        differences.isEmpty() ? "no difference" : differences.size() + " differ"));
        require(differences.isEmpty(), "the tables differ from the shop in the orders " + differences);
    }

    private RunDocument sync(int status, String expected) {
        say(
                "   POST /api/performance-metrics/sync {\"store\":\"demo\",\"stream\":\"shopify-orders\",...}   Prefer: wait=90");
        DemoApi.Answer answer = api.sync();
        RunDocument run = answer.run();
        say("   HTTP " + answer.status() + ": run " + run.runId() + " " + run.status() + " after " + seconds(run));
        require(
                answer.status() == status && run.status().equals(expected),
                "the run ended " + run.status() + " with HTTP " + answer.status() + ", not " + expected + " with "
                        + status + ":\n" + run.toText());
        return run;
    }

    private void archive(RunDocument run) {
        String key = run.text("/archive/key").orElse("-");
        point("archived", "s3://" + place.settings().s3().bucket() + "/" + key);
        point(
                "",
                String.format(
                        Locale.ROOT,
                        "%,d bytes, sha256 %.12s..., manifest beside it",
                        run.number("/archive/bytes").orElse(0),
                        run.text("/archive/sha256").orElse("-")));
        require(
                objects(key.replaceFirst("\\.jsonl(\\.gz)?$", "")).size() == 2,
                "the archive or its manifest is not in object storage");
    }

    private void measurements(Rows rows) {
        int sales = objects("measurement/sales/" + DemoPlace.STORE + "/").size();
        int performance =
                objects("measurement/performance/" + DemoPlace.STORE + "/").size();
        point("products", rows.products() + " refreshed");
        point("measured", sales + " days in measurement/sales, " + performance + " in measurement/performance");
        require(sales > 0 && performance > 0, "there are no measurements in object storage");
    }

    private void watermark(RunDocument run) {
        boolean moved = run.json().at("/watermark/advanced").asBoolean();
        point(
                "watermark",
                moved ? run.text("/watermark/before").orElse("none") + "  ->  " + mark(run) : "HELD at " + mark(run));
        run.text("/watermark/held_reason").filter(reason -> !moved).ifPresent(reason -> point("", reason));
    }

    private List<S3Object> objects(String prefix) {
        S3Client s3 = place.engine().camelContext().getRegistry().lookupByNameAndType("s3Client", S3Client.class);
        return s3
                .listObjectsV2Paginator(
                        list -> list.bucket(place.settings().s3().bucket()).prefix(prefix))
                .contents()
                .stream()
                .toList();
    }

    /**
     * What the tables hold.
     *
     * @param lineItems without removed ones
     */
    private record Rows(long orders, long lineItems, long products, long openLetters, long resolvedLetters) {}

    private Rows rows() {
        return place.database()
                .query(
                        "count_rows",
                        DemoPlace.STORE,
                        row -> new Rows(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)))
                .get(0);
    }

    /** A record that is set aside. */
    private record Letter(long line, String record, String code, String reason) {}

    /**
     * What is compared of an order.
     *
     * @param lineItems {@code <id>x<quantity>=<total>}, in the order of the ids
     */
    private record Order(Instant updatedAt, BigDecimal total, String lineItems) {

        /** As the shop tells the truth about it. */
        static Order of(JsonNode truth) {
            Map<Long, String> lines = new TreeMap<>();
            truth.path("line_items")
                    .forEach(line -> lines.put(
                            line.path("line_item_id").asLong(),
                            line.path("line_item_id").asText() + "x"
                                    + line.path("quantity").asText() + "="
                                    + new BigDecimal(line.path("total").asText())
                                            .stripTrailingZeros()
                                            .toPlainString()));
            return new Order(
                    Instant.parse(truth.path("updated_at").asText()),
                    new BigDecimal(truth.path("total").asText()).stripTrailingZeros(),
                    String.join(" ", lines.values()));
        }
    }

    private static long id(JsonNode truth) {
        return truth.path("order_id").asLong();
    }

    private Map<Long, Order> tables() {
        Map<Long, Order> tables = new TreeMap<>();
        place.database()
                .query(
                        "list_orders",
                        DemoPlace.STORE,
                        row -> Map.entry(
                                row.getLong(1),
                                new Order(
                                        row.getTimestamp(2).toInstant(),
                                        row.getBigDecimal(3).stripTrailingZeros(),
                                        row.getString(4))))
                .forEach(order -> tables.put(order.getKey(), order.getValue()));
        return tables;
    }

    /** How many of these orders are in the tables exactly so. */
    private long stored(Map<Long, Order> orders) {
        Map<Long, Order> tables = tables();
        return orders.entrySet().stream()
                .filter(order -> order.getValue().equals(tables.get(order.getKey())))
                .count();
    }

    private static String outcome(RunDocument run) {
        return String.format(
                Locale.ROOT,
                "%,d lines: %,d written, %,d unchanged, %,d stale, %,d set aside",
                run.lines(),
                count(run, "written"),
                count(run, "unchanged"),
                count(run, "stale"),
                count(run, "set_aside"));
    }

    private static long count(RunDocument run, String name) {
        return run.number("/counts/" + name).orElse(0);
    }

    private static String mark(RunDocument run) {
        return run.text("/watermark/after").orElse("none");
    }

    private static String seconds(RunDocument run) {
        JsonNode json = run.json();
        Duration duration = Duration.between(
                Instant.parse(json.path("initiated_at").asText()),
                Instant.parse(json.path("finished_at").asText()));
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private void chapter(String title) {
        say("");
        say(String.format(Locale.ROOT, "%s   [%.1f s]", title, (System.nanoTime() - began) / 1e9));
    }

    private void point(String subject, String sentence) {
        say(String.format("   %-10s  %s", subject, sentence));
    }

    private void say(String line) {
        terminal.out().println(line);
    }

    private static void require(boolean claim, String otherwise) {
        if (!claim) {
            throw new CommandFailure(ExitCode.ERROR, "The demo stops here: " + otherwise);
        }
    }
}

package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The demo's story: a first sync; forty changed orders of which three are refused; the cause removed. Every number on the
 * screen is read from the run, the tables, object storage or the shop; one that is not as it should be ends the story.
 */
final class DemoStory {
    private static final int CHANGED = 40;
    private static final int REFUSED = 3;
    private static final String CHANGES =
            """
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
        shopGoesOn();
        RunDocument held = threeOfForty(first);
        RunDocument mended = causeRemoved(held);
        comparison();
        say("");
        say("That is the promise: a watermark moves only after everything before it is committed or durably set aside,");
        say("and a partial failure is loud. It stood at " + mark(held) + " while three orders were missing,");
        say("and moved to " + mark(mended) + " when none was.");
    }

    private RunDocument firstSync() {
        chapter("1. The first sync: everything the shop has");
        RunDocument run = sync(200, "completed");
        Rows rows = rows();
        point("asked", "orders changed since " + run.text("/window/from").orElse("-") + " (no watermark yet: the floor of 128 days)");
        point("received", String.format(
                Locale.ROOT, "%,d orders and %,d line items: %,d lines, and the shop counted %,d",
                count(run, "roots"), run.lines() - count(run, "roots"), run.lines(), run.objectCount().orElse(-1)));
        archive(run);
        point("loaded", outcome(run));
        measurements(rows);
        watermark(run);
        require(run.json().at("/proof/complete").asBoolean(), "the first run is not proved complete");
        require(rows.orders() == count(run, "roots"), "the table has " + rows.orders() + " orders, the run " + count(run, "roots"));
        return run;
    }

    private void shopGoesOn() {
        chapter("2. The shop goes on: forty orders change, and somebody adds a rule to the database");
        JsonNode changed = RunDocument.parseJson(api.changeShop("/_control/orders", CHANGES));
        place.database().execute("refuse_large_orders");
        point("shop", changed.size() + " orders are new or changed; " + REFUSED + " of them are wholesale orders of " + largest(changed));
        point("database", "alter table order_header add constraint ... check (total <= 10000)");
        require(changed.size() == CHANGED, changed.size() + " orders changed, not " + CHANGED);
    }

    private RunDocument threeOfForty(RunDocument first) {
        chapter("3. The next sync: three of the forty are refused");
        RunDocument run = sync(207, "partial");
        List<String> letters = place.database().query(
                "list_open_letters",
                DemoPlace.STORE,
                row -> String.format("line %-4d %-36s %s: %s", row.getLong(1), row.getString(2), row.getString(3), firstLine(row.getString(4))));
        long orders = letters.stream().filter(letter -> letter.contains("order_header")).count();
        point("loaded", outcome(run));
        point("set aside", letters.size() + " records, each with its raw line and the reason:");
        letters.forEach(letter -> say("               " + letter));
        watermark(run);
        point("loud", "HTTP 207 with the reason, a failed-run metric; 'tidemark sync --wait' would end with exit code "
                + ExitCode.ofStatus(run.status()).number());
        require(orders == REFUSED, orders + " orders are set aside, not " + REFUSED);
        require(mark(run).equals(mark(first)), "the watermark is at " + mark(run) + ", not at " + mark(first));
        return run;
    }

    private RunDocument causeRemoved(RunDocument held) {
        chapter("4. The rule is removed, and the next sync reads from the same place");
        place.database().execute("accept_large_orders");
        RunDocument run = sync(200, "completed");
        Rows rows = rows();
        point("asked", "orders changed since " + run.text("/window/from").orElse("-") + ": the watermark less the overlap, as before");
        point("loaded", outcome(run));
        point("set aside", rows.openLetters() + " open; " + rows.resolvedLetters() + " resolved by themselves, because their records arrived");
        watermark(run);
        require(rows.openLetters() == 0, rows.openLetters() + " records are still set aside");
        require(Instant.parse(mark(run)).isAfter(Instant.parse(mark(held))), "the watermark did not move");
        return run;
    }

    private void comparison() {
        chapter("5. The tables, compared with the shop's own truth");
        Map<Long, Truth> tables = new TreeMap<>();
        place.database()
                .query("list_orders", DemoPlace.STORE, row -> Map.entry(
                        row.getLong(1),
                        new Truth(row.getTimestamp(2).toInstant(), row.getBigDecimal(3).stripTrailingZeros(), row.getString(4))))
                .forEach(order -> tables.put(order.getKey(), order.getValue()));
        Map<Long, Truth> shop = truth();
        List<Long> differences = new ArrayList<>();
        shop.forEach((id, order) -> {
            if (!order.equals(tables.get(id))) {
                differences.add(id);
            }
        });
        tables.keySet().stream().filter(id -> !shop.containsKey(id)).forEach(differences::add);
        point("compared", String.format(
                Locale.ROOT, "%,d orders: version, total, and each line item with quantity and total: %s",
                shop.size(), differences.isEmpty() ? "no difference" : differences.size() + " differences, first " + differences.get(0)));
        require(differences.isEmpty(), "the tables differ from the shop in " + differences.size() + " orders");
    }

    private RunDocument sync(int status, String expected) {
        say("   POST /api/performance-metrics/sync {\"store\":\"demo\",\"stream\":\"shopify-orders\",...}   Prefer: wait=90");
        DemoApi.Answer answer = api.sync();
        RunDocument run = answer.run();
        say("   HTTP " + answer.status() + ": run " + run.runId() + " " + run.status() + " after " + seconds(run));
        require(
                answer.status() == status && run.status().equals(expected),
                "the run ended " + run.status() + " with HTTP " + answer.status() + ", not " + expected + " with " + status + ":\n" + run.toText());
        return run;
    }

    private void archive(RunDocument run) {
        String key = run.text("/archive/key").orElse("-");
        point("archived", "s3://" + place.settings().s3().bucket() + "/" + key);
        point("", String.format(
                Locale.ROOT, "%,d bytes, sha256 %.12s..., manifest beside it",
                run.number("/archive/bytes").orElse(0), run.text("/archive/sha256").orElse("-")));
        require(objects(key.replaceFirst("\\.jsonl(\\.gz)?$", "")).size() == 2, "the archive or its manifest is not in object storage");
    }

    private void measurements(Rows rows) {
        int sales = objects("measurement/sales/" + DemoPlace.STORE + "/").size();
        int performance = objects("measurement/performance/" + DemoPlace.STORE + "/").size();
        point("products", rows.products() + " refreshed");
        point("measured", sales + " days in measurement/sales, " + performance + " in measurement/performance");
        require(sales > 0 && performance > 0, "there are no measurements in object storage");
    }

    private void watermark(RunDocument run) {
        boolean moved = run.json().at("/watermark/advanced").asBoolean();
        point("watermark", moved
                ? run.text("/watermark/before").orElse("none") + "  ->  " + mark(run)
                : "HELD at " + mark(run));
        run.text("/watermark/held_reason").filter(reason -> !moved).ifPresent(reason -> point("", reason));
    }

    private List<S3Object> objects(String prefix) {
        S3Client s3 = place.engine().camelContext().getRegistry().lookupByNameAndType("s3Client", S3Client.class);
        return s3.listObjectsV2Paginator(list -> list.bucket(place.settings().s3().bucket()).prefix(prefix)).contents().stream().toList();
    }

    /**
     * What the tables hold.
     *
     * @param lineItems without removed ones
     */
    private record Rows(long orders, long lineItems, long products, long openLetters, long resolvedLetters) {}

    private Rows rows() {
        return place.database()
                .query("count_rows", DemoPlace.STORE, row ->
                        new Rows(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)))
                .get(0);
    }

    /** What is compared of an order. */
    private record Truth(Instant updatedAt, BigDecimal total, String lineItems) {}

    private Map<Long, Truth> truth() {
        Map<Long, Truth> orders = new TreeMap<>();
        api.askShop("/_truth/orders").lines().map(RunDocument::parseJson).forEach(order -> {
            Map<Long, String> lines = new TreeMap<>();
            order.path("line_items").forEach(line -> lines.put(
                    line.path("line_item_id").asLong(),
                    line.path("line_item_id").asText() + "x" + line.path("quantity").asText() + "="
                            + new BigDecimal(line.path("total").asText()).stripTrailingZeros().toPlainString()));
            orders.put(
                    order.path("order_id").asLong(),
                    new Truth(
                            Instant.parse(order.path("updated_at").asText()),
                            new BigDecimal(order.path("total").asText()).stripTrailingZeros(),
                            String.join(" ", lines.values())));
        });
        return orders;
    }

    private static String largest(JsonNode orders) {
        BigDecimal largest = BigDecimal.ZERO;
        for (JsonNode order : orders) {
            largest = largest.max(new BigDecimal(order.path("total").asText()));
        }
        return String.format(Locale.ROOT, "%,.2f", largest);
    }

    private static String outcome(RunDocument run) {
        return String.format(
                Locale.ROOT, "%,d lines: %,d written, %,d unchanged, %,d stale, %,d set aside",
                run.lines(), count(run, "written"), count(run, "unchanged"), count(run, "stale"), count(run, "set_aside"));
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
                Instant.parse(json.path("initiated_at").asText()), Instant.parse(json.path("finished_at").asText()));
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

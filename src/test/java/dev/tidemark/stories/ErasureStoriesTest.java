package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.run.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A person is erased, and nothing that happens afterwards brings the data back. */
@ExtendWith(Services.Provider.class)
class ErasureStoriesTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void nothing_brings_an_erased_person_back(Services services) throws Exception {
        try (World world = StreamStoriesTest.shop(services, 120)) {
            JsonNode account = world.shop().truth("recharge/customers").get(0);
            String address = account.path("email").asText();
            String customer = account.path("external_customer_id").asText();
            List<String> streams = List.of(
                    "shopify-customers", "shopify-orders", "shopify-refunds", "recharge-customers", "recharge-charges");
            streams.forEach(stream -> assertThat(world.sync(stream).exitCode()).isZero());
            String oldRun = world.sql()
                    .value(
                            "select run_id from sync_run where stream = 'recharge-customers' order by run_number limit 1");
            // A letter that holds the whole record.
            world.sql()
                    .run("insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256)"
                            + " select 'acme', 'recharge-customers', 'recharge_customer:1', 'refused', 'planted', r, sha256(r)"
                            + " from (select convert_to('{\"__typename\":\"Customer\",\"id\":1,\"email\":\"" + address
                            + "\"}', 'UTF8') as r) planted");
            assertThat(found(world, address)).as("before").isNotEmpty();
            List<String> sums = sums(world);

            JsonNode request;
            try (Engine engine = world.start(new Engine.Role.Query())) {
                Map<?, ?> begun = engine.request(
                        "erasure-begin",
                        Map.of("store", "acme", "kind", "person", "customer", customer, "actor", "cli/story"),
                        Map.class);
                request = JSON.readTree(engine.request(
                        "erasure-carry-out",
                        Map.of("store", "acme", "request_id", begun.get("request_id")),
                        String.class));
            }

            assertThat(request.path("state").asText()).as("%s", request).isEqualTo("done");
            assertThat(request.at("/receipt/tables/recharge_customer").asInt()).isEqualTo(1);
            assertThat(request.at("/receipt/dead_letters").asInt()).isEqualTo(1);
            assertThat(request.at("/receipt/archives")).isNotEmpty();
            assertThat(found(world, address)).as("after the erasure").isEmpty();
            assertThat(sums(world)).as("sums stay true").isEqualTo(sums);

            world.sql().run("delete from dead_letter");
            world.sql().run("delete from sync_watermark");
            streams.forEach(stream -> {
                Outcome again = world.sync(stream);
                assertThat(again.exitCode()).as("%s", again).isZero();
            });
            assertThat(found(world, address))
                    .as("after everything was read again")
                    .isEmpty();
            Outcome reingest = world.start(
                            "-v", "reingest", "--run", oldRun, "--wait", "-o", "json", "--progress", "none")
                    .await(LIMIT);
            assertThat(reingest.exitCode()).as("%s", reingest).isZero();
            assertThat(reingest.errors()).as("the log").doesNotContain(address);
            assertThat(found(world, address)).as("after a reingest").isEmpty();
            Outcome verify = world.start("verify", "--store", "acme", "--deep", "-o", "json")
                    .await(LIMIT);
            assertThat(verify.exitCode()).as("%s", verify).isZero();
        }
    }

    @Tag("long")
    @Test
    void a_backfill_brings_back_neither_a_person_nor_anybody_of_an_erased_shop(Services services) {
        try (World world = StreamStoriesTest.shop(services, 60)) {
            assertThat(world.sync("shopify-orders").exitCode()).isZero();
            assertThat(world.sync("shopify-customers").exitCode()).isZero();
            String customer = world.sql()
                    .value(
                            "select customer_id from order_header where email is not null and updated_at > now() - interval '60 days'"
                                    + " order by order_id limit 1");
            String address = world.sql().value("select email from customer where customer_id = " + customer);
            List<String> sums = sums(world);
            Outcome person = erase(world, "--customer", customer);
            assertThat(person.exitCode()).as("%s", person).isZero();
            assertThat(found(world, address)).as("after the erasure").isEmpty();

            backfill(world);
            assertThat(found(world, address)).as("after a backfill").isEmpty();
            assertThat(sums(world)).as("sums stay true").isEqualTo(sums);

            Outcome unconfirmed = erase(world, "--shop");
            assertThat(unconfirmed.exitCode()).as("%s", unconfirmed).isEqualTo(2);
            assertThat(named(world)).as("nothing was changed").isNotEqualTo("0");
            Outcome shop = erase(world, "--shop", "--confirm", "acme");
            assertThat(shop.exitCode()).as("%s", shop).isZero();
            assertThat(named(world)).isEqualTo("0");
            List<String> addresses = world.shop().truth("customers").stream()
                    .map(each -> each.path("email").asText(""))
                    .filter(each -> each.contains("@"))
                    .toList();
            assertThat(addresses).isNotEmpty();
            backfill(world);
            assertThat(named(world)).as("after another backfill").isEqualTo("0");
            assertThat(found(world, addresses.get(0))).isEmpty();
            assertThat(found(world, addresses.get(addresses.size() - 1))).isEmpty();
            assertThat(sums(world)).isEqualTo(sums);
        }
    }

    private static Outcome erase(World world, String... whom) {
        return world.start(Stream.concat(Stream.of("erase", "--store", "acme", "-o", "json"), Stream.of(whom))
                        .toArray(String[]::new))
                .await(LIMIT);
    }

    /** Reads the orders of the last weeks again, in one window. */
    private static void backfill(World world) {
        Instant now = Instant.now();
        String before = read(world);
        Outcome backfill = world.start(
                        "backfill",
                        "--store",
                        "acme",
                        "--stream",
                        "shopify-orders",
                        "--from",
                        now.minus(Duration.ofDays(59)).toString(),
                        "--to",
                        now.toString(),
                        "--window",
                        "P60D",
                        "--progress",
                        "none")
                .await(LIMIT);
        assertThat(backfill.exitCode()).as("%s", backfill).isZero();
        assertThat(read(world)).as("lines that backfills have read").isNotEqualTo(before);
    }

    private static String read(World world) {
        return world.sql()
                .value(
                        "select coalesce(sum(c.lines), 0) from sync_run r join sync_chunk c using (run_id) where r.lane > 0");
    }

    /** Rows that still say whose they are. */
    private static String named(World world) {
        return world.sql()
                .value("select (select count(*) from order_header where email is not null)"
                        + " + (select count(*) from customer where email is not null or first_name is not null)");
    }

    @Tag("long")
    @Test
    void an_erasure_that_died_between_the_file_and_its_manifest_goes_on(Services services) throws Exception {
        try (World world = StreamStoriesTest.shop(services, 60)) {
            String address = world.shop()
                    .truth("recharge/customers")
                    .get(0)
                    .path("email")
                    .asText();
            assertThat(world.sync("recharge-customers").exitCode()).isZero();
            CompletableFuture<TidemarkProcess> process = new CompletableFuture<>();
            world.objectsWire().arm(new Trap("^PUT .*manifest.json", Phase.BEFORE, 1, () -> {
                process.join().kill();
                return Trap.Then.CUT;
            }));
            process.complete(world.start("erase", "--store", "acme", "--email", address, "-o", "json"));
            assertThat(process.join().await(LIMIT).exitCode()).isEqualTo(137);
            assertThat(world.sql().value("select state from erasure_request")).isEqualTo("open");

            try (Engine engine = world.start(new Engine.Role.Query())) {
                engine.request(
                        "erasure-carry-out",
                        Map.of(
                                "store",
                                "acme",
                                "request_id",
                                world.sql().value("select request_id from erasure_request")),
                        String.class);
            }

            assertThat(world.sql().value("select state from erasure_request")).isEqualTo("done");
            assertThat(found(world, address)).isEmpty();
            Outcome verify = world.start(
                            "verify", "--store", "acme", "--stream", "recharge-customers", "--deep", "-o", "json")
                    .await(LIMIT);
            assertThat(verify.exitCode()).as("%s", verify).isZero();
        }
    }

    /** Every place that holds a text: columns of every table, and objects. */
    private static List<String> found(World world, String text) {
        List<String> places = new ArrayList<>();
        List<String> columns = world.sql()
                .rows("select table_schema || '.' || table_name, column_name, data_type from information_schema.columns"
                        + " join information_schema.tables using (table_schema, table_name)"
                        + " where table_schema = 'public' and table_type = 'BASE TABLE'");
        for (String column : columns) {
            String[] parts = column.split("\\|");
            String value = parts[2].equals("bytea")
                    ? "encode(\"" + parts[1] + "\", 'escape')"
                    : "cast(\"" + parts[1] + "\" as text)";
            if (!world.sql()
                    .value(
                            "select count(*) from " + parts[0] + " where position(lower(?) in lower(" + value
                                    + ")) > 0",
                            text)
                    .equals("0")) {
                places.add(parts[0] + "." + parts[1]);
            }
        }
        world.objects().keys("").stream()
                .filter(key -> world.objects()
                        .text(key)
                        .toLowerCase(java.util.Locale.ROOT)
                        .contains(text))
                .forEach(places::add);
        return places;
    }

    private static List<String> sums(World world) {
        return world.sql()
                .rows("select 'orders', count(*), sum(total) from order_header union all"
                        + " select 'charges', count(*), sum(total_price) from charge union all"
                        + " select 'customers', count(*), sum(amount_spent) from customer");
    }
}

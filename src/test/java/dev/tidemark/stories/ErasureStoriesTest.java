package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.run.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

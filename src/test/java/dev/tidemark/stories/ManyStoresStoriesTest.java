package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.run.Engine;
import dev.tidemark.simulator.Simulator;
import dev.tidemark.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many stores in one process: what happens to one of them does not happen to the others. */
@ExtendWith(Services.Provider.class)
class ManyStoresStoriesTest {
    private static final List<String> STREAMS = List.of("shopify-orders", "shopify-customers", "shopify-products");

    @Test
    void a_store_that_hangs_throttles_or_refuses_does_not_delay_the_others(Services services) throws IOException {
        try (Shops shops = new Shops(services);
                ServerSocket silent = new ServerSocket(0)) {
            for (int number = 0; number < 12; number++) {
                shops.add("small" + number, 5);
            }
            shops.add("throttled", 5, "throttled");
            shops.add("refusing", 5, "http-401");
            shops.configure("silent", "http://127.0.0.1:" + silent.getLocalPort(), "silent.myshopify.com", "shpat_x");
            shops.world().set("TIDEMARK_HTTP_TIMEOUT", "30s").set("TIDEMARK_HTTP_ATTEMPTS", "3");
            try (Engine served = shops.world().serve()) {
                // The ones that are ill come first, with all they have.
                List.of("silent", "throttled", "refusing")
                        .forEach(store -> STREAMS.forEach(stream -> shops.start(served, store, stream)));
                for (int number = 0; number < 12; number++) {
                    shops.start(served, "small" + number, World.STREAM);
                }

                Awaitility.await("the small stores")
                        .atMost(Duration.ofSeconds(90))
                        .pollInterval(Duration.ofMillis(100))
                        .untilAsserted(() -> assertThat(shops.count("store_id like 'small%' and status = 'completed'"))
                                .isEqualTo(12));

                assertThat(shops.count("store_id = 'silent' and finished_at is not null"))
                        .as("runs of the silent store that ended before all the others were done")
                        .isZero();
                assertThat(shops.world()
                                .sql()
                                .value("select count(*) from sync_lease where store_id = 'silent' and busy"))
                        .as("steps of the silent store under way")
                        .isIn("1", "2");
                assertThat(shops.count("store_id = 'throttled' and status = 'completed'"))
                        .isZero();
                assertThat(shops.world().sql().value("select count(distinct store_id) from order_header"))
                        .isEqualTo("12");
                // Or the end would wait for its answers.
                silent.close();
            }
        }
    }

    @Tag("long")
    @Test
    void two_hundred_small_stores_and_a_large_one_are_served_by_one_process_of_256_mb(Services services) {
        try (Shops shops = new Shops(services)) {
            for (int number = 0; number < 200; number++) {
                shops.add("small" + number, 5);
            }
            shops.add("large", 20_000);
            shops.world().set("TIDEMARK_SYNC_CHUNK_LINES", "2000");
            try (Engine writer = shops.world().start(new Engine.Role.Query())) {
                shops.start(writer, "large", "shopify-orders");
                shops.start(writer, "large", "shopify-customers");
                shops.start(writer, "large", "shopify-products");
                // Customers, since each day that an order touches is measured, which would be most of the work.
                for (int number = 0; number < 200; number++) {
                    shops.start(writer, "small" + number, "shopify-customers");
                }
            }
            Instant begun = Instant.now();
            try (TidemarkProcess served = shops.world().ports().start("serve")) {
                Awaitility.await("two hundred stores")
                        .atMost(Duration.ofMinutes(10))
                        .pollInterval(Duration.ofSeconds(1))
                        .untilAsserted(() -> assertThat(shops.count("store_id like 'small%' and status = 'completed'"))
                                .as("%s", served)
                                .isEqualTo(200));
                Duration small = Duration.between(begun, Instant.now());
                Awaitility.await("the large store")
                        .atMost(Duration.ofMinutes(10))
                        .pollInterval(Duration.ofSeconds(1))
                        .untilAsserted(() -> assertThat(shops.count("store_id = 'large' and status = 'completed'"))
                                .isEqualTo(3));
                assertThat(shops.count("status = 'failed'")).isZero();
                assertThat(small).isLessThan(Duration.ofMinutes(5));
                assertThat(
                                Integer.parseInt(
                                        shops.world()
                                                .sql()
                                                .value(
                                                        "select count(*) from pg_stat_activity where application_name = 'tidemark' and datname = current_database()")))
                        .as("connections do not grow with the stores")
                        .isLessThanOrEqualTo(20);
            }
        }
    }

    /** A world with as many shops as a story adds. */
    private static final class Shops implements AutoCloseable {
        private final World world;
        private final List<Simulator> simulators = new ArrayList<>();

        Shops(Services services) {
            world = World.around(services, SimulatorOptions.builder().orders(5).build());
        }

        World world() {
            return world;
        }

        void add(String store, int orders, String... faults) {
            SimulatorOptions.Builder options = SimulatorOptions.builder()
                    .orders(orders)
                    .seed(simulators.size() + 2L)
                    .restoreRate(2_000)
                    .domain(store + ".myshopify.com")
                    .token("shpat_" + store)
                    .bulkTakes(Duration.ofMillis(10), Duration.ofMillis(20));
            for (String fault : faults) {
                options.fault(fault);
            }
            SimulatorOptions built = options.build();
            try {
                Simulator simulator = Simulator.start(built);
                simulators.add(simulator);
                configure(store, simulator.url(), built.domain(), built.token());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        void configure(String store, String url, String domain, String token) {
            String prefix = "TIDEMARK_STORES_" + store.toUpperCase(Locale.ROOT) + "_SHOPIFY_";
            world.set(prefix + "URL", url).set(prefix + "DOMAIN", domain).set(prefix + "TOKEN", token);
        }

        void start(Engine engine, String store, String stream) {
            Map<?, ?> started = InProcess.startDaily(engine, store, stream);
            assertThat(started.get("outcome")).isEqualTo("accepted");
        }

        long count(String condition) {
            return Long.parseLong(world.sql().value("select count(*) from sync_run where " + condition));
        }

        @Override
        public void close() {
            world.close();
            simulators.forEach(Simulator::close);
        }
    }
}

package dev.tidemark.webhook;

import com.zaxxer.hikari.HikariDataSource;
import dev.tidemark.erasure.Redactions;
import dev.tidemark.fixture.Database;
import dev.tidemark.operations.Pools;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import dev.tidemark.stream.StreamCatalog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.sql.SqlComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;

/** The routes that process deliveries, over a real database. A test delivers, and says when deliveries are processed. */
final class DeliveredShop implements AutoCloseable {
    static final String STORE = "acme";

    final Database database = Database.start();
    final DefaultCamelContext camel = new DefaultCamelContext();
    private final HikariDataSource processing = Pools.openForProcessing(database.dataSource());
    private final ProducerTemplate producer;
    private final Topics topics;
    private int count;

    DeliveredShop() throws Exception {
        Settings settings = SettingsReader.read(
                Map.of(
                        "tidemark.stores.acme.shopify.domain", "acme.myshopify.com",
                        "tidemark.stores.acme.shopify.token", "shpat_1",
                        "tidemark.stores.acme.recharge.token", "sk_1",
                        "tidemark.webhook.attempts", "3",
                        "tidemark.webhook.retry-delay", "1ms"),
                Map.of());
        StreamCatalog catalog = StreamCatalog.load();
        topics = new Topics(catalog);
        Properties properties = new Properties();
        // It ticks once, before anything was delivered.
        properties.setProperty("engine.dispatch-period", "100000000");
        properties.setProperty("engine.retention-period", "100000000");
        camel.getPropertiesComponent().setInitialProperties(properties);
        camel.getComponent("direct", DirectComponent.class).setBlock(false);
        camel.getRegistry().bind("dataSource", database.dataSource());
        camel.getComponent("sql", SqlComponent.class).setDataSource(database.dataSource());
        camel.getRegistry().bind("deliveryDataSource", processing);
        camel.getRegistry()
                .bind("redactions", new Redactions(database.dataSource(), catalog, run -> Path.of("no-file")));
        WebhookRoutes.bind(camel, settings, catalog);
        for (String routes : List.of("queries", "webhooks")) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(PluginHelper.getResourceLoader(camel)
                            .resolveResource("classpath:routes/" + routes + ".camel.yaml"));
        }
        WebhookRoutes written = new WebhookRoutes(catalog);
        camel.addRoutes(written);
        written.addTemplatedRoutesToCamelContext(camel);
        camel.start();
        producer = camel.createProducerTemplate();
    }

    /** Adds a route as another part of the application would. */
    void addRoute(RouteBuilder route) throws Exception {
        camel.addRoutes(route);
    }

    /** Keeps a delivery of Shopify as the intake does; gives its id. */
    String deliver(String topic, String triggeredAt, String body) {
        return deliver("shopify", topic, triggeredAt, body);
    }

    String deliver(String source, String topic, String triggeredAt, String body) {
        String id = "delivery-" + ++count;
        byte[] payload = body.getBytes(StandardCharsets.UTF_8);
        Map<String, Object> keys = WebhookIntake.about(topics, source, topic, payload);
        database.sql()
                .update(
                        "insert into webhook_delivery (store_id, delivery_id, source, topic, stream, record_key, triggered_at,"
                                + " payload, payload_sha256) values (?, ?, ?, ?, ?, ?, cast(? as timestamptz), ?, ?)",
                        STORE,
                        id,
                        source,
                        topic,
                        keys.get("stream"),
                        keys.get("record_key"),
                        triggeredAt,
                        payload,
                        Signatures.sha256(payload, id.getBytes(StandardCharsets.UTF_8)));
        return id;
    }

    /** Processes everything that is due, one after the other, and what becomes due by that. */
    void process() {
        for (List<Map<String, Object>> claimed = claim(); !claimed.isEmpty(); claimed = claim()) {
            claimed.forEach(this::process);
        }
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> claim() {
        Object claimed = producer.send("direct:webhook-claim", exchange -> {}).getVariable("claimed");
        return claimed == null ? List.of() : (List<Map<String, Object>>) claimed;
    }

    void process(Map<String, Object> row) {
        producer.requestBody("direct:webhook-process", new HashMap<>(row));
    }

    /** Removes what was processed long ago, as a tick does. */
    void forget() {
        producer.requestBody("direct:webhook-forget", (Object) null);
    }

    /** Makes everything due that waits to be tried again. */
    void passTime() {
        database.sql().update("update webhook_delivery set due_at = now() where state = 'processing'");
    }

    /** What became of a delivery: its outcome, or its state where it has none. */
    String outcome(String id) {
        return value("select coalesce(outcome, state) from webhook_delivery where delivery_id = '" + id + "'");
    }

    String value(String query) {
        return database.sql().queryForObject(query, String.class);
    }

    /** Deleting from small tables takes a moment; truncating them, their files. */
    void clear() {
        Stream.of(
                        "webhook_delivery",
                        "webhook_day",
                        "dead_letter",
                        "store_suspension",
                        "order_header",
                        "order_line_item",
                        "refund",
                        "refund_line_item",
                        "product",
                        "product_variant",
                        "customer",
                        "inventory_item",
                        "inventory_level",
                        "subscription",
                        "charge",
                        "charge_line_item",
                        "sync_step",
                        "sync_lease",
                        "sync_run")
                .forEach(table -> database.sql().execute("delete from " + table));
    }

    @Override
    public void close() {
        camel.stop();
        processing.close();
        database.close();
    }
}

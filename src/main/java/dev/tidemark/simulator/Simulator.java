package dev.tidemark.simulator;

import dev.tidemark.simulator.recharge.RechargeApp;
import dev.tidemark.simulator.webhook.Webhooks;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/** A running simulated shop. Thread-safe. */
public final class Simulator implements AutoCloseable {
    private final WireServer server;
    private final BulkOperations bulk;
    private final Webhooks webhooks;

    private Simulator(WireServer server, BulkOperations bulk, Webhooks webhooks) {
        this.server = server;
        this.bulk = bulk;
        this.webhooks = webhooks;
    }

    /**
     * Starts a shop and returns when it listens.
     *
     * @throws IllegalArgumentException when a fault or a version is unknown, with the known ones in the message
     * @throws IOException when the port is taken
     */
    public static Simulator start(SimulatorOptions options) throws IOException {
        Faults faults = new Faults();
        options.faults().forEach(faults::add);
        ShopClock clock = new ShopClock(options.startsAt());
        SimulatedShop shop = new SimulatedShop(options, clock);
        ScanChanges duringScan = new ScanChanges();
        Downloads downloads = new Downloads(options, clock, faults);
        RequestLog requests = new RequestLog();
        BulkOperations bulk = new BulkOperations(options, clock, faults, duringScan);
        Webhooks webhooks = new Webhooks(
                clock,
                faults,
                options.seed(),
                options.domain(),
                options.apiVersions().get(options.apiVersions().size() - 1),
                options.webhooksUrl(),
                options.webhookTopics());
        LongSupplier ordersFrom = () -> AccessScopes.ordersVisibleFrom(faults, clock);
        ShopTypes types = new ShopTypes(shop);
        AdminFields fields = new AdminFields(
                options,
                types,
                new ShopRoots(shop, types, ordersFrom),
                new ShopNodes(shop, ordersFrom),
                clock,
                bulk,
                faults,
                downloads,
                duringScan.pages(),
                new WebhookFields(webhooks.subscriptions()));
        HttpFaults httpFaults = new HttpFaults(faults, clock);
        AdminApi admin = new AdminApi(options, fields, faults, httpFaults);
        RechargeApp recharge = new RechargeApp(
                new Dice(options.seed()),
                options.startsAt().toEpochMilli(),
                shop.subscriptionOrders(),
                options.sameSecond(),
                clock,
                faults,
                httpFaults,
                webhooks);
        WebhookBodies bodies = new WebhookBodies(shop, bulk, options.domain());
        TruthApi truth = new TruthApi(shop, clock, bodies);
        ShopEvents.tell(shop, bulk, bodies, webhooks, clock);
        ShopChanges changes = new ShopChanges(shop, clock);
        ControlApi control = new ControlApi(changes, faults, clock, bulk, duringScan, requests);
        WebhookControl webhookControl = new WebhookControl(webhooks, bodies, recharge, changes, clock);
        WireServer.Handler handler = request -> {
            if (request.path().equals("/_truth/deliveries")) {
                return webhooks.truth(request);
            }
            if (request.path().startsWith(WebhookControl.PREFIX)) {
                return webhookControl.answer(request);
            }
            if (request.path().startsWith("/_truth/")) {
                Optional<Reply> ofRecharge = recharge.truth(request);
                return ofRecharge.isPresent() ? ofRecharge.get() : truth.answer(request);
            }
            if (request.path().startsWith("/_control/")) {
                Optional<Reply> ofRecharge = recharge.control(request);
                return ofRecharge.isPresent() ? ofRecharge.get() : control.answer(request);
            }
            Reply reply;
            if (request.path().startsWith("/bulk/")) {
                reply = downloads.answer(request);
            } else if (request.path().startsWith(RechargeApp.PREFIX)) {
                reply = recharge.answer(request);
            } else {
                reply = admin.answer(request, "http://" + request.header("host").orElse(options.domain()));
            }
            requests.add(clock.now(), request, reply);
            return reply.with("Date", HttpFaults.httpDate(clock, 0))
                    .with("X-Request-Id", UUID.randomUUID().toString());
        };
        try {
            return new Simulator(WireServer.listen(options.host(), options.port(), handler), bulk, webhooks);
        } catch (IOException portTaken) {
            bulk.close();
            webhooks.close();
            throw portTaken;
        }
    }

    public int port() {
        return server.port();
    }

    /** The address that stands in for {@code https://<shop domain>}. */
    public String url() {
        return "http://" + server.host() + ":" + server.port();
    }

    /** The address that stands in for the subscription app's API. */
    public String rechargeUrl() {
        return url() + "/recharge";
    }

    /** The access token that the subscription app's API accepts. */
    public String rechargeToken() {
        return RechargeApp.TOKEN;
    }

    /** What the shop signs its webhooks with, unless told otherwise while it runs. */
    public String webhookSecret() {
        return Webhooks.SHOPIFY_SECRET;
    }

    /** What the subscription app signs its webhooks with, unless told otherwise while it runs. */
    public String rechargeWebhookSecret() {
        return Webhooks.RECHARGE_SECRET;
    }

    /** The faults it knows, as rows of a Markdown table: name, what follows the name, meaning. */
    public static String faultTable() {
        return Fault.table();
    }

    @Override
    public void close() {
        server.close();
        webhooks.close();
        bulk.close();
    }
}

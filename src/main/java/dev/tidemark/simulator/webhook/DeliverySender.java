package dev.tidemark.simulator.webhook;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sends deliveries, a bounded number at a time, and again while nobody takes them. Thread-safe. */
final class DeliverySender implements AutoCloseable {
    private static final int AT_A_TIME = 16;
    private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(1);

    private final Supplier<Settings> settings;
    private final String apiVersion;
    private final String domain;
    private final Consumer<Delivery> givenUp;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTS_WITHIN)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final ExecutorService senders = Executors.newFixedThreadPool(AT_A_TIME, DeliverySender::daemon);
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(DeliverySender::daemon);
    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

    /** @param givenUp told of each delivery that nobody took */
    DeliverySender(Supplier<Settings> settings, String apiVersion, String domain, Consumer<Delivery> givenUp) {
        this.settings = settings;
        this.apiVersion = apiVersion;
        this.domain = domain;
        this.givenUp = givenUp;
    }

    /** Sends once now and, while it fails, again as the vendor does. */
    void send(Delivery delivery) {
        submit(() -> attempt(delivery, 0));
    }

    /** Sends one copy more, which is not sent again. */
    void sendCopy(Delivery delivery) {
        submit(() -> attempt(delivery, Integer.MAX_VALUE));
    }

    /** Does something after a real time. */
    void after(long millis, Runnable what) {
        try {
            later.schedule(what, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // The shop is gone, and with it what it wanted to say.
        }
    }

    @Override
    public void close() {
        later.shutdownNow();
        senders.shutdownNow();
    }

    private void submit(Runnable what) {
        try {
            senders.execute(what);
        } catch (RejectedExecutionException closed) {
            // The shop is gone, and with it what it wanted to say.
        }
    }

    private void attempt(Delivery delivery, int resent) {
        boolean isCopy = resent == Integer.MAX_VALUE;
        if (resent > 0 && !isCopy && delivery.state() != Delivery.State.WAITING) {
            return;
        }
        pace();
        int status = post(delivery);
        Source source = delivery.event().source();
        if (!source.isFailure(status)) {
            delivery.end(status < 300 ? Delivery.State.DELIVERED : Delivery.State.GIVEN_UP);
            return;
        }
        if (isCopy) {
            return;
        }
        List<Duration> resends = source.resends();
        if (resent < resends.size()) {
            long wait = (long) (resends.get(resent).toMillis() / settings.get().speed());
            after(wait, () -> submit(() -> attempt(delivery, resent + 1)));
        } else if (delivery.end(Delivery.State.GIVEN_UP)) {
            givenUp.accept(delivery);
        }
    }

    /** Waits for its turn where a rate is set. */
    private void pace() {
        double rate = settings.get().rate();
        if (rate <= 0) {
            return;
        }
        long step = (long) (1e9 / rate);
        long turn = nextNanos.updateAndGet(last -> Math.max(last + step, System.nanoTime()));
        for (long left = turn - System.nanoTime(); left > 0 && !senders.isShutdown(); left = turn - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** The answer's status; 0 when there was none in time. */
    private int post(Delivery delivery) {
        long begun = System.currentTimeMillis();
        int status = 0;
        try {
            byte[] body = delivery.body();
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(delivery.address()))
                    .timeout(Duration.ofMillis(settings.get().timeoutMillis()))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body));
            headers(delivery, body).forEach(request::header);
            status = http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException | IllegalArgumentException noAnswer) {
            status = 0;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
        delivery.tried(new Delivery.Attempt(begun, status, System.currentTimeMillis() - begun));
        return status;
    }

    private Map<String, String> headers(Delivery delivery, byte[] body) {
        Settings now = settings.get();
        Event event = delivery.event();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        if (event.source() == Source.RECHARGE) {
            headers.put("X-Recharge-Topic", event.topic());
            // Signed with the machine's time, since a receiver compares it with its own clock.
            headers.putAll(Signatures.recharge(now.rechargeSecret(), body, System.currentTimeMillis() / 1_000));
            return headers;
        }
        String prefix = now.unprefixed() ? "Shopify-" : "X-Shopify-";
        headers.put("User-Agent", "Shopify-Captain-Hook");
        headers.put(prefix + "Topic", event.topic());
        headers.put(prefix + "Hmac-Sha256", Signatures.shopify(now.shopifySecret(), body));
        headers.put(prefix + "Shop-Domain", domain);
        headers.put(prefix + "API-Version", apiVersion);
        headers.put(prefix + "Webhook-Id", delivery.id().toString());
        headers.put(prefix + "Event-Id", delivery.eventId().toString());
        headers.put(
                prefix + "Triggered-At",
                Instant.ofEpochMilli(event.happenedAt()).toString());
        return headers;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "simulator-webhooks");
        thread.setDaemon(true);
        return thread;
    }
}

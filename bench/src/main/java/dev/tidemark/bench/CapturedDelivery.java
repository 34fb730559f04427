package dev.tidemark.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A delivery as the simulated shop sent it, signature and all, ready to be sent again.
 *
 * @param request head and body of the HTTP request
 */
record CapturedDelivery(byte[] request) {

    private static final Set<String> OF_THE_CONNECTION =
            Set.of("host", "connection", "content-length", "transfer-encoding");
    private static final long LIMIT_SECONDS = 600;

    /** Has the shop change its orders so many times within an hour of its time, and takes what it tells of that. */
    static List<CapturedDelivery> of(Shop shop, int count) throws IOException, InterruptedException {
        List<CapturedDelivery> taken = Collections.synchronizedList(new ArrayList<>(count));
        HttpServer receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        receiver.setExecutor(threads);
        receiver.createContext("/", exchange -> {
            taken.add(new CapturedDelivery(request(exchange)));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        receiver.start();
        try {
            String address = "http://127.0.0.1:" + receiver.getAddress().getPort();
            shop.control("webhooks", "{\"url\":\"" + address + "\",\"topics\":[\"orders/updated\"]}");
            JsonNode burst = shop.control("webhooks/burst",
                    "{\"count\":" + count + ",\"kind\":\"orders\",\"over_ms\":3600000,\"seed\":7}");
            long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (taken.size() < burst.path("deliveries").asInt()) {
                if (System.nanoTime() > giveUp) {
                    throw new IllegalStateException("The shop sent " + taken.size() + " deliveries of " + burst);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
            shop.control("webhooks", "{\"url\":\"\",\"topics\":[]}");
        } finally {
            receiver.stop(0);
            threads.shutdownNow();
        }
        return List.copyOf(taken);
    }

    private static byte[] request(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        StringBuilder head = new StringBuilder("POST " + exchange.getRequestURI() + " HTTP/1.1\r\nHost: localhost\r\n");
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> head.append(name).append(": ").append(value).append("\r\n"));
            }
        });
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }
}

package dev.tidemark.simulator.webhook;

/**
 * Someone's wish to be told of a topic, made through the vendor's API.
 *
 * @param topic as headers have it: {@code orders/updated}
 * @param createdAt milliseconds of the shop's clock
 */
public record Subscription(long id, Source source, String topic, String address, long createdAt, long updatedAt) {
    Subscription at(String newAddress, long now) {
        return new Subscription(id, source, topic, newAddress, createdAt, now);
    }
}

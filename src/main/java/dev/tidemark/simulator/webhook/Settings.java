package dev.tidemark.simulator.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * How deliveries are made.
 *
 * @param url where those go that the app's own configuration asks for, without the path; empty for nowhere
 * @param topics those topics, {@code all} among them for every one; what is asked of people's data goes there in any case
 * @param speed how many times faster than the vendor's the waiting between two attempts goes
 * @param timeoutMillis how long an answer may take
 * @param rate deliveries a second at most; 0 is as fast as they are taken
 * @param unprefixed whether headers are {@code Shopify-*} instead of {@code X-Shopify-*}
 */
record Settings(
        Optional<String> url,
        List<String> topics,
        String shopifySecret,
        String rechargeSecret,
        double speed,
        long timeoutMillis,
        double rate,
        boolean unprefixed) {
    private static final List<String> ABOUT_PEOPLE =
            List.of("customers/data_request", "customers/redact", "shop/redact");

    /** What a request changes, the rest as it was. */
    Settings with(JsonNode wanted) {
        JsonNode wantedTopics = wanted.path("topics");
        return new Settings(
                wanted.has("url")
                        ? Optional.ofNullable(wanted.get("url").asText(null)).filter(text -> !text.isBlank())
                        : url,
                wantedTopics.isMissingNode()
                        ? topics
                        : wantedTopics.isTextual()
                                ? List.of(wantedTopics.asText().split(","))
                                : StreamSupport.stream(wantedTopics.spliterator(), false)
                                        .map(JsonNode::asText)
                                        .toList(),
                wanted.path("shopify_secret").asText(shopifySecret),
                wanted.path("recharge_secret").asText(rechargeSecret),
                wanted.path("speed").asDouble(speed),
                wanted.path("timeout_ms").asLong(timeoutMillis),
                wanted.path("rate").asDouble(rate),
                wanted.path("unprefixed").asBoolean(unprefixed));
    }

    String secret(Source source) {
        return source == Source.SHOPIFY ? shopifySecret : rechargeSecret;
    }

    /** Where the app's own configuration wants to be told of a topic. */
    Optional<String> addressOf(Source source, String topic) {
        boolean wanted = topics.contains("all")
                || topics.contains(topic)
                || (source == Source.SHOPIFY && ABOUT_PEOPLE.contains(topic));
        return url.filter(base -> wanted).map(base -> base.replaceAll("/$", "") + "/webhooks/" + source.label());
    }
}

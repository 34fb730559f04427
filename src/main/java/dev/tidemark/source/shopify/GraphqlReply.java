package dev.tidemark.source.shopify;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/**
 * A checked answer of the Admin GraphQL API.
 *
 * @param data the {@code data} object; missing node when there is none
 * @param errors the top-level {@code errors}; missing node when there are none
 * @param sourceClock when the source answered, by its own clock ({@code Date} header, whole seconds)
 */
public record GraphqlReply(JsonNode data, JsonNode errors, JsonNode extensions, Optional<Instant> sourceClock) {

    public boolean hasErrors() {
        return errors.isArray() && !errors.isEmpty();
    }
}

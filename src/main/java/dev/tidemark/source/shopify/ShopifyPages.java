package dev.tidemark.source.shopify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.source.Flattening;
import dev.tidemark.source.Page;
import dev.tidemark.source.PageFile;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads connections page by page: the documents to send and what an answer means. It makes no request and keeps no state.
 *
 * <p>Records come in the order of their update time and then their id; one that changes while it is read moves to the end and
 * comes again.
 */
public final class ShopifyPages {
    private final StreamCatalog catalog;
    private final ShopifyBulk shopify;

    public ShopifyPages(StreamCatalog catalog, ShopifyBulk shopify) {
        this.catalog = catalog;
        this.shopify = shopify;
    }

    /** Asks for the page after those that were read. */
    public String request(Run run, PageFile pages) {
        StreamDeclaration stream = catalog.of(run);
        Map<String, Object> variables = new HashMap<>();
        variables.put("first", stream.pages().orElseThrow().size());
        variables.put("after", pages.cursor().orElse(null));
        variables.put("filter", stream.filter(run.windowFrom(), upperEnd(run)));
        return ShopifyBulk.request(run.query().orElseThrow(), variables);
    }

    /**
     * Reads a page.
     *
     * @throws RunFailed when the answer is an error, or says that there is more without saying where
     */
    public Page page(Run run, GraphqlReply reply) {
        shopify.refuseUnusable(run, reply);
        StreamDeclaration stream = catalog.of(run);
        JsonNode connection = reply.data().path(stream.rootField());
        JsonNode info = connection.path("pageInfo");
        if (!info.path("hasNextPage").isBoolean()) {
            throw new RunFailed(
                    "page_shape", "The source answered " + run.stream() + " without saying whether there is more");
        }
        boolean more = info.path("hasNextPage").asBoolean();
        String cursor = info.path("endCursor").asText("");
        if (more && cursor.isEmpty()) {
            throw new RunFailed(
                    "page_without_cursor", "The source says that " + run.stream() + " has another page but not where");
        }
        Page page = new Page(more ? Optional.of(cursor) : Optional.empty());
        Flattening flattening = new Flattening(stream);
        if (run.isScan()) {
            flattening.addIds(reply.data(), page);
        } else {
            flattening.addRecords(reply.data(), page);
        }
        pace(page, reply);
        return page;
    }

    /** Asks for the first of the children that a page did not show. */
    public String drainRequest(Run run, Page page) {
        Page.Missing missing = page.missing();
        return ShopifyBulk.request(
                catalog.of(run).pages().flatMap(StreamDeclaration.Pages::drain).orElseThrow(),
                Map.of("id", missing.parentId(), "after", missing.cursor()));
    }

    /**
     * Adds the children that were asked for.
     *
     * @throws RunFailed when the answer is an error, the record is gone, or the source goes round in circles
     */
    public Page drained(Run run, Page page, GraphqlReply reply) {
        shopify.refuseUnusable(run, reply);
        Page.Missing asked = page.missing();
        JsonNode holder = reply.data().path("node");
        if (!holder.isObject()) {
            throw new RunFailed(
                    "nested_page", asked.parentId() + " was gone before all of its children were read; run again");
        }
        StreamDeclaration stream = catalog.of(run);
        JsonNode info =
                holder.path(stream.pages().orElseThrow().children().get(0)).path("pageInfo");
        if (info.path("hasNextPage").asBoolean(false)
                && info.path("endCursor").asText("").equals(asked.cursor())) {
            throw new RunFailed(
                    "cursor_loop", "The children of " + asked.parentId() + " lead back to where they were read before");
        }
        new Flattening(stream).addChildren(holder, asked.parentId(), page);
        page.arrived();
        pace(page, reply);
        return page;
    }

    /** Waits for what the next request will cost, so that it need not be refused. */
    private static void pace(Page page, GraphqlReply reply) {
        JsonNode cost = reply.extensions().path("cost");
        double requested = cost.path("requestedQueryCost").asDouble(0);
        double available =
                cost.path("throttleStatus").path("currentlyAvailable").asDouble(requested);
        double rate = cost.path("throttleStatus").path("restoreRate").asDouble(0);
        page.pauseFor(
                available < requested && rate > 0
                        ? Duration.ofMillis((long) Math.ceil((requested - available) / rate * 1_000))
                        : Duration.ZERO);
    }

    private static Optional<java.time.Instant> upperEnd(Run run) {
        return run.isBackfill() ? run.windowTo() : Optional.empty();
    }
}

package dev.tidemark.source.recharge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.Window;
import dev.tidemark.settings.Settings;
import dev.tidemark.source.Flattening;
import dev.tidemark.source.HttpDate;
import dev.tidemark.source.Page;
import dev.tidemark.source.PageFile;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The vendor's lists page by page: what to ask for and what an answer means. It makes no request and keeps no state.
 *
 * <p>Version 2021-11 of the API: times with an offset, money as text, a cursor in the body, and beside a cursor nothing but the
 * limit. Version 2021-01 would give naive times of US Eastern, of which one hour in the year is not a moment; it is not asked
 * for, and a time without an offset is set aside.
 */
public final class RechargePages {
    private static final String VERSION = "2021-11";

    private static final Logger LOG = LoggerFactory.getLogger(RechargePages.class);
    /** The vendor's bucket loses so many requests a second. */
    private static final double LEAK_PER_SECOND = 2;
    /** Requests that are left free in the bucket for others. */
    private static final int RESERVE = 4;

    private final Settings settings;
    private final StreamCatalog catalog;
    private final Clock clock;

    public RechargePages(Settings settings, StreamCatalog catalog, Clock clock) {
        this.settings = settings;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Version that is asked for, for the request header. */
    public String version() {
        return VERSION;
    }

    /** The access token of a store, for the request header. */
    public String token(String store) {
        return account(store).token();
    }

    /** Address of one record of the list: asked for only to learn whether the token is good and what time it is there. */
    public String probe(Run run) {
        return list(run) + "?limit=1";
    }

    /**
     * Fixes the window: values of {@code sql/ledger/record_window.sql}.
     *
     * @param date the answer's {@code Date} header, or null
     */
    public Map<String, Object> window(Run run, String body, String date) {
        Flattening.parse(body);
        Instant sourceNow = HttpDate.read(date).orElseGet(() -> {
            LOG.warn("{}: the source's answer carries no date; its clock is taken to be ours", run);
            return clock.instant();
        });
        Window window = Window.of(run, sourceNow, settings.sync());
        window.gap()
                .filter(gap -> gap.reason().equals("older_than_floor"))
                .ifPresent(gap -> LOG.error(
                        "{}: the watermark is older than the floor; {} to {} is a gap that only a backfill closes",
                        run,
                        gap.from().orElse(null),
                        gap.to()));
        return window.values(
                catalog.of(run).pages().flatMap(StreamDeclaration.Pages::path).orElseThrow(),
                settings.sync().lag(),
                sourceNow);
    }

    /** Address of the page after those that were read. */
    public String address(Run run, PageFile pages) {
        StreamDeclaration stream = catalog.of(run);
        String limit = "?limit=" + stream.pages().orElseThrow().size();
        if (pages.cursor().isPresent()) {
            return list(run) + limit + "&cursor=" + encoded(pages.cursor().get());
        }
        StringBuilder address = new StringBuilder(list(run)).append(limit).append("&sort_by=updated_at-asc");
        run.windowFrom().ifPresent(from -> address.append("&updated_at_min=").append(encoded(from.toString())));
        if (run.isBackfill()) {
            run.windowTo().ifPresent(to -> address.append("&updated_at_max=").append(encoded(to.toString())));
        }
        return address.toString();
    }

    /**
     * Reads a page.
     *
     * @param bucket the answer's {@code X-Recharge-Limit} header, such as {@code 12/40}, or null
     * @throws RunFailed when the answer does not have the list that was asked for
     */
    public Page page(Run run, String body, String bucket) {
        JsonNode answer = Flattening.parse(body);
        StreamDeclaration stream = catalog.of(run);
        String list = stream.pages().orElseThrow().records().get(0);
        if (!answer.path(list).isArray() || !answer.has("next_cursor")) {
            throw new RunFailed(
                    "page_shape", "The source answered " + run.stream() + " without '" + list + "' and 'next_cursor'");
        }
        String next = answer.path("next_cursor").asText("");
        boolean last = answer.path("next_cursor").isNull() || next.isEmpty();
        Page page = new Page(last ? Optional.empty() : Optional.of(next));
        Flattening flattening = new Flattening(stream);
        if (run.isScan()) {
            flattening.addIds(answer, page);
        } else {
            flattening.addRecords(answer, page);
        }
        pace(page, bucket);
        return page;
    }

    private static void pace(Page page, String bucket) {
        String[] parts = bucket == null ? new String[0] : bucket.strip().split("/");
        if (parts.length != 2) {
            return;
        }
        try {
            int tooMany = Integer.parseInt(parts[0]) + RESERVE - Integer.parseInt(parts[1]);
            if (tooMany > 0) {
                page.pauseFor(Duration.ofMillis((long) (tooMany / LEAK_PER_SECOND * 1_000)));
            }
        } catch (NumberFormatException e) {
            LOG.debug("The source's limit header cannot be read: {}", bucket);
        }
    }

    private String list(Run run) {
        return account(run.store()).url()
                + catalog.of(run).pages().flatMap(StreamDeclaration.Pages::path).orElseThrow();
    }

    private Settings.RechargeStore account(String store) {
        return Optional.ofNullable(settings.stores().get(store))
                .flatMap(Settings.Store::recharge)
                .orElseThrow(
                        () -> new RunFailed("unknown_store", "Store " + store + " has no Recharge account configured"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

package dev.tidemark.simulator;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The ways in which the shop can misbehave, by the names that {@code --fault} and {@code /_control/faults} take.
 *
 * <p>Written {@code NAME}, {@code NAME:ARG} or {@code NAME:ARG:TIMES}; for those of {@link Form#TIMES} the number comes
 * first, {@code NAME:TIMES} or {@code NAME:TIMES:ARG}. Without a number a fault lasts until it is removed.
 */
public enum Fault {
    HTTP_401(Form.TIMES, "Admin API answers 401: wrong token"),
    HTTP_402(Form.TIMES, "Admin API answers 402: shop frozen"),
    HTTP_403(Form.TIMES, "Admin API answers 403"),
    HTTP_404(Form.TIMES, "Admin API answers 404"),
    HTTP_423(Form.TIMES, "Admin API answers 423: shop locked"),
    HTTP_429(Form.TIMES, "Admin API answers 429; ARG is the Retry-After as sent, default 2.0; none, date (5 s ahead)"),
    HTTP_500(Form.TIMES, "Admin API answers 500 with an HTML page"),
    HTTP_502(Form.TIMES, "Admin API answers 502 with an HTML page"),
    HTTP_503(Form.TIMES, "Admin API answers 503; ARG is a Retry-After"),
    HTTP_504(Form.TIMES, "Admin API answers 504 with an HTML page"),
    HTML_200(Form.TIMES, "Admin API answers 200 with an HTML page"),
    EMPTY_200(Form.TIMES, "Admin API answers 200 with an empty body"),
    THROTTLED(Form.TIMES, "200 with the THROTTLED error; ARG is currentlyAvailable, default 0"),
    GRAPHQL_ERROR(Form.TIMES, "200 with a top-level error; ARG is its code, default INTERNAL_SERVER_ERROR"),
    ACCESS_DENIED(Form.TIMES, "200 with ACCESS_DENIED for whatever reads orders, bulk queries included"),
    REDIRECT(Form.ARG, "Admin API answers 302 to ARG (a URL), default http://127.0.0.1:9/elsewhere"),
    HANG_UP(Form.TIMES, "Admin API closes the connection without an answer"),
    SLOW_ANSWER(Form.ARG, "Admin API waits ARG milliseconds before it answers, default 5000"),

    SUBMIT_LOST(Form.TIMES, "bulkOperationRunQuery is accepted, but the connection closes before the answer"),
    SLOT_BUSY(Form.ARG, "ARG foreign operations hold bulk slots (default all), until TIMES submits were refused"),
    LIMIT_REACHED(Form.TIMES, "bulkOperationRunQuery is refused with LIMIT_REACHED"),
    CURSOR_LOOP(
            Form.TIMES,
            "Pages have a next one whose cursor leads back to their own beginning; ARG is the connection concerned,"
                    + " default those at the top"),
    PAGE_WITHOUT_CURSOR(Form.TIMES, "Pages have a next one but no endCursor; ARG as above"),
    PAGE_REPEATED(Form.TIMES, "A page comes again, under a new cursor from which the next one follows; ARG as above"),
    PAGE_TRUNCATED_NESTED(
            Form.TIMES,
            "Nested connections give one record a page and say that there are more; ARG is the connection concerned,"
                    + " default all"),
    PAGE_DAMAGE(
            Form.ARG,
            "The first record of a page is damaged as record fault ARG (default bad-money) damages lines; for lists"
                    + " selected by edges and pageInfo"),
    RECHARGE_CURSOR_LOOP(Form.TIMES, "Recharge: a page's next_cursor leads back to its own beginning"),
    RECHARGE_PAGE_REPEATED(Form.TIMES, "Recharge: the next page shows the same records, under a cursor of its own"),
    WEBHOOK_DROPPED(Form.ARG, "ARG percent of the deliveries (default 100) are never sent"),
    WEBHOOK_DUPLICATED(Form.ARG, "ARG percent of the deliveries (default 100) are sent twice, with the same id"),
    WEBHOOK_DELAYED(Form.ARG, "Deliveries wait ARG milliseconds, default 5000"),
    WEBHOOK_REORDERED(
            Form.ARG, "Deliveries wait up to ARG milliseconds each, default 2000, and so overtake each other"),
    FALL_FORWARD(Form.ARG, "Answers come from version ARG (default the next later one), and the header says so"),
    SHOP_ALIAS(Form.ARG, "shop.myshopifyDomain is ARG, default another shop's name"),
    SEARCH_WARNING(Form.ARG, "Every answer about a list warns that field ARG (default updated_at) was ignored"),
    MISSING_SCOPE(Form.ARG, "Scope ARG (default read_all_orders: only 60 days are seen) is not granted"),

    BULK_FAILED(
            Form.ARG, "Operation ends FAILED without a result; ARG is the errorCode, default INTERNAL_SERVER_ERROR"),
    BULK_FAILED_PARTIAL(
            Form.ARG, "Operation ends FAILED; partialDataUrl has the first half of the roots; ARG as above"),
    BULK_CANCELED(Form.TIMES, "Operation ends CANCELED, counts not 0, no url"),
    BULK_CANCELED_WITH_URL(Form.TIMES, "Operation ends CANCELED, counts not 0, url of a part of the rows"),
    BULK_EXPIRED(Form.TIMES, "Operation ends EXPIRED"),
    COMPLETED_WITHOUT_URL(Form.TIMES, "Operation ends COMPLETED with counts but url null"),
    NEVER_COMPLETES(Form.TIMES, "Operation stays RUNNING"),
    COUNT_MISMATCH(Form.ARG, "objectCount is off by ARG, default 1"),
    ROOT_COUNT_MISMATCH(Form.ARG, "rootObjectCount is off by ARG, default 1"),
    SIZE_MISMATCH(Form.ARG, "fileSize is off by ARG bytes, default 1"),
    URL_ELSEWHERE(Form.ARG, "url is ARG, default http://169.254.169.254/latest/meta-data/"),

    DOWNLOAD_403(Form.TIMES, "Download answers 403"),
    DOWNLOAD_404(Form.TIMES, "Download answers 404"),
    DOWNLOAD_429(Form.TIMES, "Download answers 429; ARG is a Retry-After"),
    DOWNLOAD_500(Form.TIMES, "Download answers 500"),
    DOWNLOAD_503(Form.TIMES, "Download answers 503; ARG is a Retry-After"),
    DOWNLOAD_HTML(Form.TIMES, "Download answers 200 with an HTML page"),
    DOWNLOAD_REDIRECT(Form.ARG, "Download answers 302 to ARG, default http://127.0.0.1:9/elsewhere"),
    DOWNLOAD_EXPIRED(Form.TIMES, "Download answers as for an expired URL"),
    DOWNLOAD_TRUNCATED(Form.ARG, "Body stops after ARG bytes or percent (default 50%), Content-Length as promised"),
    DOWNLOAD_SHORT(
            Form.ARG, "Body stops after ARG bytes or percent (default 50%), Content-Length fits: nothing to notice"),
    DOWNLOAD_RESET(Form.ARG, "Connection is reset after ARG bytes or percent (default 50%)"),
    DOWNLOAD_SLOW(Form.ARG, "Body comes at ARG bytes a second, default 100000"),
    DOWNLOAD_CHUNKED(Form.TIMES, "Body comes in chunks, without a length"),
    GZIP_CORRUPT(Form.TIMES, "Body is gzip with damage in its middle"),
    GZIP_TRUNCATED(Form.TIMES, "Body is gzip that ends in its middle, length as promised"),
    GZIP_BOMB(Form.ARG, "Body is gzip of ARG megabytes of one letter, default 1024"),

    SHUFFLE_CHILDREN(Form.TIMES, "Lines in random order: children before their parents and far away"),
    ORPHAN_CHILDREN(Form.COUNT, "Children whose parent is not in the file, as lines of their own"),
    MALFORMED_LINE(Form.ARG, "One line is cut JSON; ARG is first, middle (default) or last"),
    MISSING_FINAL_NEWLINE(Form.TIMES, "The last line has no newline"),
    CRLF(Form.TIMES, "Lines end in CR LF"),
    LONG_LINE(Form.ARG, "A line with a note of ARG megabytes, default 64"),
    DEEP_NESTING(Form.COUNT, "Orders with 20,000 nested arrays"),
    NUL(Form.COUNT, "Orders whose name holds U+0000"),
    BAD_UTF8(Form.COUNT, "Orders whose name is not UTF-8"),
    LONE_SURROGATE(Form.COUNT, "Orders whose name holds half a surrogate pair"),
    HUGE_NUMBER(Form.COUNT, "Orders whose total has 400 digits"),
    HUGE_EXPONENT(Form.COUNT, "Orders whose total is 1e999999999"),
    BAD_MONEY(Form.COUNT, "Orders whose total is no number"),
    MONEY_AS_NUMBER(Form.COUNT, "Orders whose money is a JSON number, not a string (still right)"),
    DUPLICATE_KEYS(Form.COUNT, "Orders whose id comes twice in the line"),
    UNKNOWN_TYPE(Form.COUNT, "Lines of a type nobody asked for"),
    MISSING_ID(Form.COUNT, "Orders without id"),
    NULL_UPDATED_AT(Form.COUNT, "Orders whose updatedAt is null"),
    MISSING_UPDATED_AT(Form.COUNT, "Orders without updatedAt"),
    FUTURE_UPDATED_AT(Form.COUNT, "Orders updated in the year 2999"),
    INFINITE_UPDATED_AT(Form.COUNT, "Orders updated at infinity"),
    NO_OFFSET_UPDATED_AT(Form.COUNT, "Orders whose updatedAt has no offset"),
    ODD_OFFSET_UPDATED_AT(Form.COUNT, "Orders whose updatedAt has the offset +05:45 (still right)"),
    NANOSECOND_UPDATED_AT(Form.COUNT, "Orders whose updatedAt has nine decimals"),
    LEAP_SECOND_UPDATED_AT(Form.COUNT, "Orders updated in second 60"),
    EXTRA_FIELD(Form.COUNT, "Orders with a field nobody asked for (otherwise right)"),
    DUPLICATE_OLDER(Form.COUNT, "Orders followed by an older version of themselves"),
    DUPLICATE_NEWER(Form.COUNT, "Orders preceded by an older version of themselves");

    /** What the parts after the name mean. */
    public enum Form {
        /** {@code NAME:TIMES:ARG}. */
        TIMES,
        /** {@code NAME:ARG:TIMES}. */
        ARG,
        /** {@code NAME:COUNT}: so many records, chosen once and the same in each later file; 1 when absent. */
        COUNT
    }

    private final Form form;
    private final String meaning;

    Fault(Form form, String meaning) {
        this.form = form;
        this.meaning = meaning;
    }

    /** As users write it: {@code http-503}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Form form() {
        return form;
    }

    String meaning() {
        return meaning;
    }

    /** Empty when no fault has this name. */
    static Optional<Fault> named(String label) {
        return Arrays.stream(values())
                .filter(fault -> fault.label().equals(label))
                .findFirst();
    }

    static String labels() {
        return Arrays.stream(values()).map(Fault::label).collect(Collectors.joining(", "));
    }

    /** The faults as the rows of a Markdown table, for the reference page. */
    static String table() {
        return Arrays.stream(values())
                .map(fault -> "| `" + fault.label() + "` | " + fault.form().name() + " | " + fault.meaning() + " |\n")
                .collect(Collectors.joining());
    }
}

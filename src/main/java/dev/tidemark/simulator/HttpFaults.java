package dev.tidemark.simulator;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Answers of the Admin API that fail before the API is asked. */
public final class HttpFaults {
    static final String HTML = "<!DOCTYPE html><html><head><title>Something went wrong</title></head>"
            + "<body><h1>Something went wrong</h1><p>What happened?</p></body></html>";

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
    private static final Fault[] STATUSES = {
        Fault.HTTP_401,
        Fault.HTTP_402,
        Fault.HTTP_403,
        Fault.HTTP_404,
        Fault.HTTP_423,
        Fault.HTTP_429,
        Fault.HTTP_500,
        Fault.HTTP_502,
        Fault.HTTP_503,
        Fault.HTTP_504
    };

    private final Faults faults;
    private final ShopClock clock;

    HttpFaults(Faults faults, ShopClock clock) {
        this.faults = faults;
        this.clock = clock;
    }

    /** The answer that a fault puts in the place of the API's, if one is in force. */
    public Optional<Reply> strike() {
        faults.strike(Fault.SLOW_ANSWER)
                .ifPresent(slow -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(slow.numberOr(5_000))));
        if (faults.strike(Fault.HANG_UP).isPresent()) {
            return Optional.of(Reply.none());
        }
        for (Fault fault : STATUSES) {
            Optional<Faults.Active> strikes = faults.strike(fault);
            if (strikes.isPresent()) {
                int status = Integer.parseInt(fault.label().substring("http-".length()));
                return Optional.of(withRetryAfter(ofStatus(status), strikes.get(), clock));
            }
        }
        if (faults.strike(Fault.HTML_200).isPresent()) {
            return Optional.of(Reply.of(200, "text/html; charset=utf-8", HTML));
        }
        if (faults.strike(Fault.EMPTY_200).isPresent()) {
            return Optional.of(Reply.json(200, ""));
        }
        return faults.strike(Fault.REDIRECT).map(redirect -> Reply.of(302, "text/html", "")
                .with("Location", redirect.argumentOr("http://127.0.0.1:9/elsewhere")));
    }

    static Reply unauthorized() {
        return Reply.json(
                401, "{\"errors\":\"[API] Invalid API key or access token (unrecognized login or wrong password)\"}");
    }

    /** Adds the Retry-After that the fault's argument asks for: seconds, {@code date}, {@code none}, or any text as it is. */
    static Reply withRetryAfter(Reply reply, Faults.Active fault, ShopClock clock) {
        String wanted = fault.argumentOr(reply.status() == 429 ? "2.0" : "none");
        if (wanted.equals("none")) {
            return reply;
        }
        return reply.with("Retry-After", wanted.equals("date") ? httpDate(clock, 5) : wanted);
    }

    static String httpDate(ShopClock clock, int secondsAhead) {
        return HTTP_DATE.format(clock.now().plusSeconds(secondsAhead).atZone(ZoneOffset.UTC));
    }

    private static Reply ofStatus(int status) {
        return switch (status) {
            case 401 -> unauthorized();
            case 402 -> Reply.json(402, "{\"errors\":\"Unavailable Shop\"}");
            case 403 ->
                Reply.json(403, "{\"errors\":\"[API] This action requires merchant approval for read_orders scope.\"}");
            case 404 -> Reply.notFound();
            case 423 -> Reply.json(423, "{\"errors\":\"This shop is unavailable\"}");
            case 429 ->
                Reply.json(
                        429,
                        "{\"errors\":\"Exceeded 2 calls per second for api client. Reduce request rates to"
                                + " resume uninterrupted service.\"}");
            default -> Reply.of(status, "text/html; charset=utf-8", HTML);
        };
    }
}

package dev.tidemark.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/**
 * What a reading request asks for. It is taken from the URL alone: Camel mixes headers, query and path parameters of one
 * name, and a header named like a filter must not act as one.
 */
public final class ApiRequest {

    /**
     * The query string as the body of a query route.
     *
     * @throws InvalidRequest when a parameter is given twice or cannot be decoded
     */
    public Map<String, Object> query(@Header(Exchange.HTTP_RAW_QUERY) String query) {
        Map<String, Object> asked = new HashMap<>();
        if (query == null) {
            return asked;
        }
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String parameter = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            if (asked.putIfAbsent(parameter, value) != null) {
                throw new InvalidRequest(parameter, "The parameter " + parameter + " is given twice");
            }
        }
        return asked;
    }

    /** The last segment of the path, as the body of {@code direct:query-run-show}. */
    public Map<String, Object> run(@Header(Exchange.HTTP_PATH) String path) {
        return Map.of("run_id", path.substring(path.lastIndexOf('/') + 1));
    }

    /**
     * Passes a run's document on.
     *
     * @throws Refused when there is none
     */
    public String found(String document) {
        if (document == null) {
            throw new Refused(Problem.notFound("There is no run of this id."));
        }
        return document;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest("query", "The query string cannot be decoded: " + e.getMessage());
        }
    }
}

package dev.tidemark.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An error as HTTP clients see it (RFC 9457).
 *
 * @param status HTTP status
 * @param name what kind of problem, in words joined by hyphens; the last part of its type
 * @param title the kind in a few words, the same each time
 * @param detail this occurrence: what happened, and what to do about it
 * @param members further members by name, in the order they are shown
 */
public record Problem(int status, String name, String title, String detail, Map<String, Object> members) {
    /** Media type of {@link #json()}. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final ObjectMapper JSON = new ObjectMapper();

    public Problem(int status, String name, String title, String detail) {
        this(status, name, title, detail, Map.of());
    }

    static Problem badRequest(String detail) {
        return new Problem(400, "bad-request", "The request cannot be understood", detail);
    }

    static Problem unauthorized() {
        return new Problem(
                401,
                "unauthorized",
                "A token is needed",
                "Send the header Authorization: Bearer <token> with the token of a role that may do this.");
    }

    static Problem unverified(String reason) {
        return new Problem(
                401, "unverified", "The delivery is not verified", reason + "; see how it is signed, and by whom.");
    }

    static Problem busy() {
        return new Problem(503, "busy", "Too much arrives at once", "Send it again in a moment.");
    }

    static Problem forbidden(Role held, Role needed) {
        return new Problem(
                403,
                "forbidden",
                "The token's role may not do this",
                "The token is that of " + article(held) + "; this needs the token of " + article(needed) + ".");
    }

    static Problem notFound(String detail) {
        return new Problem(404, "not-found", "There is no such thing", detail);
    }

    static Problem bodyTooLarge(long limit) {
        return new Problem(
                413, "body-too-large", "The body is too large", "A body may have at most " + limit + " bytes.");
    }

    static Problem internal() {
        return new Problem(
                500,
                "internal",
                "Something went wrong here",
                "The log of the server has the cause; the request may be tried again.");
    }

    /** The problem as JSON text. */
    public String json() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", "urn:tidemark:problem:" + name);
        document.put("title", title);
        document.put("status", status);
        document.put("detail", detail);
        document.putAll(members);
        try {
            return JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem has members that JSON cannot hold: " + members.keySet(), e);
        }
    }

    private static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private static String article(Role role) {
        return (role == Role.VIEWER ? "a " : "an ") + name(role);
    }
}

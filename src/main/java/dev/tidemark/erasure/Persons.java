package dev.tidemark.erasure;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Persons of a store by what names them: ids, and fingerprints instead of e-mail addresses. Not thread-safe while it is
 * added to.
 */
final class Persons {
    static final String CUSTOMER = "customer";
    static final String ACCOUNT = "recharge-customer";
    static final String ORDER = "order";
    static final String EMAIL = "email";
    static final String EVERYONE = "everyone";

    private static final Pattern ADDRESS =
            Pattern.compile("[^\\s\"'<>()\\[\\]{},;:|\\\\/=&?@]+@[^\\s\"'<>()\\[\\]{},;:|\\\\/=&?@]+");

    private final byte[] key;
    private final Map<String, Set<String>> values = new TreeMap<>();

    /** @param key the store's, for fingerprints */
    Persons(byte[] key) {
        this.key = key.clone();
    }

    /** The same store's, with nobody in it. */
    Persons nobody() {
        return new Persons(key);
    }

    /** Adds what names a person; false when it was known. */
    boolean add(String kind, String value) {
        return values.computeIfAbsent(kind, name -> new TreeSet<>()).add(value);
    }

    void addAll(Persons others) {
        others.values.forEach((kind, known) -> known.forEach(value -> add(kind, value)));
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    boolean everyone() {
        return values.containsKey(EVERYONE);
    }

    boolean names(String kind, String value) {
        return everyone() || values.getOrDefault(kind, Set.of()).contains(value);
    }

    Collection<String> values(String kind) {
        return values.getOrDefault(kind, Set.of());
    }

    Map<String, Set<String>> values() {
        return values;
    }

    /** Whether a text holds the address of one of them, alone or among other words. */
    boolean areIn(String text) {
        if (everyone()) {
            return true;
        }
        return text.indexOf('@') >= 0
                && !values(EMAIL).isEmpty()
                && addresses(text).stream().map(this::fingerprint).anyMatch(values(EMAIL)::contains);
    }

    /** What could be an address in a text; a full stop that ends a sentence is none of it. */
    private static Set<String> addresses(String text) {
        Set<String> found = new HashSet<>();
        ADDRESS.matcher(text).results().forEach(match -> {
            found.add(match.group());
            found.add(match.group().replaceAll("[.!]+$", ""));
        });
        return found;
    }

    /** As {@code erasure_fingerprint} of the database makes it. */
    String fingerprint(String address) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(key);
            digest.update(address.strip().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** Rows with kind and value. */
    Persons with(List<Map<String, Object>> rows) {
        rows.forEach(row -> add((String) row.get("kind"), (String) row.get("value")));
        return this;
    }
}

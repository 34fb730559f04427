package dev.tidemark.api;

import dev.tidemark.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The configured tokens, kept as SHA-256 digests. Comparing digests, and always all of them, takes the same time
 * whatever is presented. A role without a token lets nobody in. Safe for use by several threads.
 */
public final class Tokens {
    private final Map<Role, byte[]> digests = new EnumMap<>(Role.class);

    public Tokens(Settings.Api api) {
        api.viewerToken().ifPresent(token -> digests.put(Role.VIEWER, digest(token)));
        api.operatorToken().ifPresent(token -> digests.put(Role.OPERATOR, digest(token)));
        api.adminToken().ifPresent(token -> digests.put(Role.ADMIN, digest(token)));
    }

    /** The highest role whose token this is; empty for every other text. */
    public Optional<Role> role(String token) {
        byte[] presented = digest(token);
        Role found = null;
        for (Map.Entry<Role, byte[]> known : digests.entrySet()) {
            if (MessageDigest.isEqual(known.getValue(), presented)) {
                found = known.getKey();
            }
        }
        return Optional.ofNullable(found);
    }

    /** Whether anybody can get in at all with this role. */
    public boolean has(Role role) {
        return digests.containsKey(role);
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}

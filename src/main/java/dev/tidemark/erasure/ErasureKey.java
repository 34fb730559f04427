package dev.tidemark.erasure;

import java.security.SecureRandom;

/** A new store's key for fingerprints; one that is there already stays. */
final class ErasureKey {
    private static final int BYTES = 32;

    private ErasureKey() {}

    static byte[] fresh() {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }
}

package dev.tidemark.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The vendors' signatures over the raw bytes of a body. What is expected is computed and compared as text, in constant
 * time: so another spelling of the same bytes (hex for base64, capitals, a missing pad) is another signature.
 */
final class Signatures {
    /** How far the time in a signature may be from ours; the vendor tries for as long. */
    static final Duration TOLERANCE = Duration.ofHours(48);

    private static final String ALGORITHM = "HmacSHA256";
    private static final String HEX_DIGEST = "[0-9a-f]{64}";

    private Signatures() {}

    /** Whether Shopify's header is the base64 of the body's HMAC-SHA256 with this secret. */
    static boolean isShopifys(String secret, byte[] body, String header) {
        return isSame(Base64.getEncoder().encodeToString(hmac(secret, body)), header);
    }

    /**
     * Recharge's header {@code t=<seconds>,v1=<hex>}, of which other members are passed over.
     *
     * @param time seconds since 1970 at which it was signed
     * @param digests what may be the HMAC-SHA256 of {@code <seconds>.<body>}, in hex
     */
    record TimeBound(String time, List<String> digests) {
        static Optional<TimeBound> read(String header) {
            String time = null;
            List<String> digests = new ArrayList<>();
            for (String member : header.split(",", -1)) {
                String[] halves = member.strip().split("=", -1);
                if (halves.length != 2 || halves[0].isEmpty()) {
                    return Optional.empty();
                }
                if (halves[0].equals("t")) {
                    if (time != null || !halves[1].matches("\\d{1,12}")) {
                        return Optional.empty();
                    }
                    time = halves[1];
                } else if (halves[0].equals("v1")) {
                    if (!halves[1].matches(HEX_DIGEST)) {
                        return Optional.empty();
                    }
                    digests.add(halves[1]);
                }
            }
            return time == null || digests.isEmpty() ? Optional.empty() : Optional.of(new TimeBound(time, digests));
        }

        Instant signedAt() {
            return Instant.ofEpochSecond(Long.parseLong(time));
        }

        boolean isRecent(Instant now) {
            return Duration.between(signedAt(), now).abs().compareTo(TOLERANCE) <= 0;
        }

        boolean isOf(String secret, byte[] body) {
            String expected =
                    HexFormat.of().formatHex(hmac(secret, (time + ".").getBytes(StandardCharsets.US_ASCII), body));
            boolean found = false;
            for (String digest : digests) {
                found |= isSame(expected, digest);
            }
            return found;
        }
    }

    /**
     * Whether a header is Recharge's older signature, the SHA-256 of secret and body one after the other, in hex. Whoever
     * has seen one can lengthen the body, so what is accepted must be read strictly to its end.
     */
    static boolean isPlainHash(String secret, byte[] body, String header) {
        return isSame(HexFormat.of().formatHex(sha256(secret.getBytes(StandardCharsets.UTF_8), body)), header);
    }

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static byte[] hmac(String secret, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has " + ALGORITHM, e);
        }
    }

    private static boolean isSame(String expected, String given) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.UTF_8));
    }
}

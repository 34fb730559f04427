package dev.tidemark.simulator.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How the vendors prove that a delivery is theirs, over the bytes of its body as they are sent. */
final class Signatures {
    private Signatures() {}

    /** Base64 of the HMAC. */
    static String shopify(String secret, byte[] body) {
        return Base64.getEncoder().encodeToString(hmac(secret, body));
    }

    /** The one bound to a time, and the legacy one, which is a plain hash of secret and body. */
    static Map<String, String> recharge(String secret, byte[] body, long epochSeconds) {
        byte[] prefix = (epochSeconds + ".").getBytes(StandardCharsets.US_ASCII);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-Recharge-Webhook-Timestamp", Long.toString(epochSeconds));
        headers.put(
                "X-Recharge-Webhook-Signature",
                "t=" + epochSeconds + ",v1=" + HexFormat.of().formatHex(hmac(secret, prefix, body)));
        headers.put("X-Recharge-Hmac-Sha256", HexFormat.of().formatHex(hash(secret, body)));
        return headers;
    }

    private static byte[] hmac(String secret, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HmacSHA256", e);
        }
    }

    private static byte[] hash(String secret, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(secret.getBytes(StandardCharsets.UTF_8));
            return digest.digest(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

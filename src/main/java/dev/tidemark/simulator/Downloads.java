package dev.tidemark.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Serves bulk files under signed URLs that expire, as the vendor's storage does, and damages the transfer on request. */
final class Downloads {
    private static final Duration URL_LIVES = Duration.ofDays(7);
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,15})-(\\d{1,15})?");
    private static final String JSONL = "application/jsonl";

    private final ShopClock clock;
    private final Faults faults;
    private final boolean gzip;
    private final SecretKeySpec key;
    private final Map<String, Path> files = new ConcurrentHashMap<>();

    Downloads(SimulatorOptions options, ShopClock clock, Faults faults) {
        this.clock = clock;
        this.faults = faults;
        this.gzip = options.gzip();
        this.key = new SecretKeySpec(("download-" + options.seed()).getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    /** Where the file can be fetched; the same for the same operation. */
    String url(String baseUrl, Path file, BulkOperation operation) {
        String name = file.getFileName().toString();
        files.put(name, file);
        long ended = operation.completedAt() == 0 ? operation.createdAt() : operation.completedAt();
        long expires = Instant.ofEpochMilli(ended).plus(URL_LIVES).getEpochSecond();
        return baseUrl + "/bulk/" + name + "?GoogleAccessId=simulator%40example.com&Expires=" + expires + "&Signature="
                + signature(name, expires);
    }

    Reply answer(Request request) throws IOException {
        Optional<Reply> refused = refusal(request);
        if (refused.isPresent()) {
            return refused.get();
        }
        String name = request.path().substring("/bulk/".length());
        String expires = request.parameter("Expires")
                .filter(text -> text.matches("\\d{1,15}"))
                .orElse("0");
        Path file = files.get(name);
        if (file == null || !Files.exists(file)) {
            return storageError(404, "NoSuchKey", "The specified key does not exist.");
        }
        if (!signature(name, Long.parseLong(expires))
                .equals(request.parameter("Signature").orElse(""))) {
            return storageError(403, "SignatureDoesNotMatch", "Access denied.");
        }
        if (clock.now().getEpochSecond() > Long.parseLong(expires)) {
            return expired();
        }
        return cut(send(request, file), Files.size(file));
    }

    private Optional<Reply> refusal(Request request) {
        for (Fault fault : new Fault[] {
            Fault.DOWNLOAD_403, Fault.DOWNLOAD_404, Fault.DOWNLOAD_429, Fault.DOWNLOAD_500, Fault.DOWNLOAD_503
        }) {
            Optional<Faults.Active> strikes = faults.strike(fault);
            if (strikes.isPresent()) {
                int status = Integer.parseInt(fault.label().substring("download-".length()));
                return Optional.of(HttpFaults.withRetryAfter(
                        storageError(status, "Simulated", "Fault " + fault.label()), strikes.get(), clock));
            }
        }
        if (faults.strike(Fault.DOWNLOAD_EXPIRED).isPresent()) {
            return Optional.of(expired());
        }
        if (faults.strike(Fault.DOWNLOAD_HTML).isPresent()) {
            return Optional.of(Reply.of(200, "text/html", HttpFaults.HTML));
        }
        return faults.strike(Fault.DOWNLOAD_REDIRECT).map(redirect -> Reply.of(302, "text/html", "")
                .with("Location", redirect.argumentOr("http://127.0.0.1:9/elsewhere")));
    }

    private Reply send(Request request, Path file) throws IOException {
        Optional<Faults.Active> bomb = faults.strike(Fault.GZIP_BOMB);
        if (bomb.isPresent()) {
            return compressed(out -> writeBomb(out, bomb.get().numberOr(1_024)));
        }
        if (faults.strike(Fault.GZIP_CORRUPT).isPresent()) {
            return Reply.of(200, JSONL, new Reply.Content.Bytes(damagedGzip(file)))
                    .with("Content-Encoding", "gzip");
        }
        if (faults.strike(Fault.GZIP_TRUNCATED).isPresent()) {
            byte[] whole = zipped(file);
            byte[] half = Arrays.copyOf(whole, whole.length / 2);
            return Reply.of(200, JSONL, new Reply.Content.Bytes(half)).with("Content-Encoding", "gzip");
        }
        boolean wantsGzip = request.header("accept-encoding").orElse("").contains("gzip");
        boolean whole = request.header("range").isEmpty() && !breaksTransfer();
        if (gzip && wantsGzip && whole) {
            return compressed(out -> Files.copy(file, out));
        }
        if (faults.strike(Fault.DOWNLOAD_CHUNKED).isPresent()) {
            return Reply.of(200, JSONL, new Reply.Content.Stream(out -> Files.copy(file, out)));
        }
        return part(request, file);
    }

    /** Such faults count bytes of the file, so it goes as it is. */
    private boolean breaksTransfer() {
        return Stream.of(
                        Fault.DOWNLOAD_RESET,
                        Fault.DOWNLOAD_TRUNCATED,
                        Fault.DOWNLOAD_SHORT,
                        Fault.DOWNLOAD_SLOW,
                        Fault.DOWNLOAD_CHUNKED)
                .anyMatch(fault -> faults.inForce(fault).isPresent());
    }

    private static Reply part(Request request, Path file) throws IOException {
        long size = Files.size(file);
        Matcher range = RANGE.matcher(request.header("range").orElse(""));
        if (!range.matches()) {
            return Reply.of(200, JSONL, new Reply.Content.FilePart(file, 0, size))
                    .with("Accept-Ranges", "bytes");
        }
        long from = Long.parseLong(range.group(1));
        long to = range.group(2) == null ? size - 1 : Math.min(size - 1, Long.parseLong(range.group(2)));
        if (from > to) {
            return storageError(416, "InvalidRange", "The requested range cannot be satisfied.");
        }
        return Reply.of(206, JSONL, new Reply.Content.FilePart(file, from, to - from + 1))
                .with("Content-Range", "bytes " + from + "-" + to + "/" + size);
    }

    private Reply cut(Reply reply, long size) {
        Optional<Faults.Active> reset = faults.strike(Fault.DOWNLOAD_RESET);
        if (reset.isPresent()) {
            return reply.cutAfter(bytesIn(reset.get(), size), true);
        }
        Optional<Faults.Active> truncated = faults.strike(Fault.DOWNLOAD_TRUNCATED);
        if (truncated.isPresent()) {
            return reply.cutAfter(bytesIn(truncated.get(), size), false);
        }
        Optional<Faults.Active> shortened = faults.strike(Fault.DOWNLOAD_SHORT);
        if (shortened.isPresent() && reply.content() instanceof Reply.Content.FilePart part) {
            long count = Math.min(part.count(), bytesIn(shortened.get(), size));
            return Reply.of(200, JSONL, new Reply.Content.FilePart(part.file(), part.from(), count));
        }
        return faults.strike(Fault.DOWNLOAD_SLOW)
                .map(slow -> reply.slowedTo(slow.numberOr(100_000)))
                .orElse(reply);
    }

    private static long bytesIn(Faults.Active fault, long size) {
        String argument = fault.argumentOr("50%");
        return argument.endsWith("%")
                ? (long) (size * Double.parseDouble(argument.substring(0, argument.length() - 1)) / 100)
                : fault.numberOr(size / 2);
    }

    private static Reply compressed(Reply.StreamWriter plain) {
        return Reply.of(200, JSONL, new Reply.Content.Stream(out -> {
                    OutputStream zipped = new FastGzip(out);
                    plain.writeTo(zipped);
                    zipped.close();
                }))
                .with("Content-Encoding", "gzip");
    }

    /** Low effort: this server's purpose is to be read from, not to save bytes. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 64 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    private static void writeBomb(OutputStream out, long megabytes) throws IOException {
        byte[] megabyte = new byte[1024 * 1024];
        Arrays.fill(megabyte, (byte) 'x');
        for (long i = 0; i < megabytes; i++) {
            out.write(megabyte);
        }
    }

    /** The beginning of the file, compressed: enough to be damaged. */
    private static byte[] zipped(Path file) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped);
                InputStream in = Files.newInputStream(file)) {
            out.write(in.readNBytes(8 * 1024 * 1024));
        }
        return zipped.toByteArray();
    }

    private static byte[] damagedGzip(Path file) throws IOException {
        byte[] bytes = zipped(file);
        for (int i = bytes.length / 2; i < Math.min(bytes.length, bytes.length / 2 + 16); i++) {
            bytes[i] ^= 0x5A;
        }
        return bytes;
    }

    private static Reply expired() {
        return storageError(400, "ExpiredToken", "Invalid argument.");
    }

    private static Reply storageError(int status, String code, String message) {
        return Reply.of(
                status,
                "application/xml; charset=UTF-8",
                "<?xml version='1.0' encoding='UTF-8'?><Error><Code>" + code + "</Code><Message>" + message
                        + "</Message></Error>");
    }

    private String signature(String name, long expires) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal((name + expires).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HmacSHA256", e);
        }
    }
}

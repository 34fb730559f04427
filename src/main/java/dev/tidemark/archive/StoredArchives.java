package dev.tidemark.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.run.DependencyDown;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The archives that are in object storage, found by listing it; nothing is ever written. Thread-safe. */
public final class StoredArchives {
    /** The order in which the source was read, so that a later reading counts as later. */
    public static final Comparator<Manifest> OLDEST_FIRST = Comparator.comparing(Manifest::startedAt)
            .thenComparing(manifest -> manifest.runId().toString());

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MANIFEST = ".manifest.json";
    private static final int BUFFER_BYTES = 1 << 17;

    private final S3Client s3;
    private final String bucket;

    /** @param s3 closed by whoever opened it */
    public StoredArchives(S3Client s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    /** Key of a run's manifest. */
    public static String manifestKey(String store, String stream, UUID runId) {
        return prefix(store, stream) + runId + MANIFEST;
    }

    /**
     * Every object below a stream's archive and its size, by key; empty without the bucket.
     *
     * @throws DependencyDown when object storage does not answer
     */
    public Map<String, Long> objects(String store, String stream) {
        return asking(() -> {
            Map<String, Long> sizes = new TreeMap<>();
            try {
                s3.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix(store, stream)))
                        .contents()
                        .forEach(object -> sizes.put(object.key(), object.size()));
            } catch (NoSuchBucketException e) {
                return Map.<String, Long>of();
            }
            return sizes;
        });
    }

    /**
     * Every archive of a stream, oldest first.
     *
     * @throws ArchiveDamaged when a manifest cannot be read
     */
    public List<Manifest> list(String store, String stream) {
        List<Manifest> manifests = new ArrayList<>();
        for (String key : objects(store, stream).keySet()) {
            if (key.endsWith(MANIFEST)) {
                manifests.add(
                        manifest(key).orElseThrow(() -> new ArchiveDamaged("The manifest " + key + " has vanished")));
            }
        }
        manifests.sort(OLDEST_FIRST);
        return manifests;
    }

    /** The manifest of a run's file; empty when there is none. */
    public Optional<Manifest> find(String store, String stream, UUID runId) {
        return manifest(manifestKey(store, stream, runId));
    }

    /**
     * The manifest under a key; empty when there is none.
     *
     * @throws ArchiveDamaged when it is there and cannot be read
     */
    public Optional<Manifest> manifest(String key) {
        return object(key).map(bytes -> {
            try {
                JsonNode json = JSON.readTree(bytes);
                return Manifest.of(json, key);
            } catch (IOException e) {
                throw new ArchiveDamaged("The manifest " + key + " is no JSON");
            }
        });
    }

    /** A small object; empty when there is none. */
    public Optional<byte[]> object(String key) {
        return asking(() -> {
            try {
                return Optional.of(
                        s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray());
            } catch (S3Exception e) {
                return absent(e);
            }
        });
    }

    /**
     * An archived file's bytes. Its end is reached only if all of them are those that were archived.
     *
     * @throws ArchiveDamaged here when the file is missing; while it is read, when its size or digest is another
     */
    public InputStream open(Manifest manifest) {
        return open(manifest.key(), manifest.bytes(), manifest.sha256());
    }

    /**
     * An archived object's bytes. Its end is reached only if all of them are those that were archived.
     *
     * @param sha256 lower-case hex
     * @throws ArchiveDamaged here when the object is missing; while it is read, when its size or digest is another
     */
    public InputStream open(String key, long bytes, String sha256) {
        return asking(() -> {
            try {
                return new CheckedStream(s3.getObject(get -> get.bucket(bucket).key(key)), key, bytes, sha256);
            } catch (S3Exception e) {
                absent(e);
                throw new ArchiveDamaged("The archived file " + key + " is not in object storage");
            }
        });
    }

    /**
     * Reads an archived file to its end.
     *
     * @throws ArchiveDamaged when it is missing, or is not the file that was archived
     */
    public void check(Manifest manifest) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream file = open(manifest)) {
            int length = 0;
            while (length >= 0) {
                length = file.read(buffer);
            }
        } catch (IOException e) {
            throw new DependencyDown("Reading " + manifest.key() + " failed: " + e.getMessage(), e);
        }
    }

    private static String prefix(String store, String stream) {
        return "archive/" + store + "/" + stream + "/";
    }

    private static <T> Optional<T> absent(S3Exception answer) {
        if (answer instanceof NoSuchKeyException || answer.statusCode() == 404) {
            return Optional.empty();
        }
        throw answer;
    }

    private <T> T asking(Supplier<T> question) {
        try {
            return question.get();
        } catch (SdkException e) {
            throw new DependencyDown(
                    "Object storage, bucket " + bucket + ", cannot be read: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    /** Compares size and digest when the end is reached. */
    private static final class CheckedStream extends FilterInputStream {
        private final String key;
        private final long wantedBytes;
        private final String wantedDigest;
        private final MessageDigest digest;
        private long bytes;
        private boolean checked;

        CheckedStream(InputStream in, String key, long wantedBytes, String wantedDigest) {
            super(in);
            this.key = key;
            this.wantedBytes = wantedBytes;
            this.wantedDigest = wantedDigest;
            try {
                this.digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java runtime has SHA-256", e);
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = checked ? -1 : super.read(target, offset, length);
            if (read >= 0) {
                digest.update(target, offset, read);
                bytes += read;
                return read;
            }
            if (checked) {
                return -1;
            }
            if (bytes != wantedBytes) {
                throw new ArchiveDamaged(
                        "The archived file " + key + " has " + bytes + " bytes; its manifest says " + wantedBytes);
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(wantedDigest)) {
                throw new ArchiveDamaged("The archived file " + key + " has the digest " + found
                        + "; its manifest says " + wantedDigest);
            }
            checked = true;
            return -1;
        }
    }
}

package dev.tidemark.stories;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares a story's tables and archives with the source's truth, by code and SQL that the product has no part in. */
final class Oracles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ARCHIVE = Pattern.compile("archive/[^/]+/[^/]+/([0-9a-f-]{36})\\.jsonl(\\.gz)?");

    private final Sql sql;
    private final ObjectStore objects;

    Oracles(Sql sql, ObjectStore objects) {
        this.sql = sql;
        this.objects = objects;
    }

    /** Asks the oracles; the truth must have been loaded. */
    Findings ask(List<Oracle> oracles) {
        readArchives();
        Map<Oracle, List<String>> sentences = new EnumMap<>(Oracle.class);
        oracles.forEach(oracle -> sentences.put(oracle, sql.rows(Sql.resource(oracle.file()))));
        return new Findings(sentences);
    }

    private void readArchives() {
        sql.run("truncate truth.archive, truth.archived_order");
        for (String key : objects.keys("archive/")) {
            Matcher archive = ARCHIVE.matcher(key);
            if (archive.matches()) {
                readArchive(UUID.fromString(archive.group(1)), key);
            }
        }
    }

    private void readArchive(UUID runId, String key) {
        List<String> lines = objects.text(key).lines().toList();
        sql.work(connection -> {
            try (PreparedStatement archive = connection.prepareStatement("insert into truth.archive values (?, ?, ?)");
                    PreparedStatement order = connection.prepareStatement(
                            "insert into truth.archived_order values (?, ?, cast(? as timestamptz))")) {
                archive.setObject(1, runId);
                archive.setLong(2, lines.size());
                archive.setString(3, sha256(objects.bytes(key)));
                archive.execute();
                for (String line : lines) {
                    addOrder(order, runId, line);
                }
                order.executeBatch();
                return runId;
            }
        });
    }

    private static void addOrder(PreparedStatement order, UUID runId, String line) throws SQLException {
        JsonNode record;
        try {
            record = JSON.readTree(line);
        } catch (JsonProcessingException malformed) {
            return;
        }
        String id = record.path("id").asText();
        String updatedAt = record.path("updatedAt").asText();
        if (id.startsWith("gid://shopify/Order/") && updatedAt.matches("\\d{4}-.*Z")) {
            order.setObject(1, runId);
            order.setLong(2, Long.parseLong(id.substring(id.lastIndexOf('/') + 1)));
            order.setString(3, updatedAt);
            order.addBatch();
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

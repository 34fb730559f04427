package dev.tidemark.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the transform step hands to {@code sync-complete-step}: where the run goes next, and what was done. */
public final class TransformOutcome {
    private TransformOutcome() {}

    /**
     * Describes a finished transform.
     *
     * @param productsWritten products that were new or changed
     * @param measuredParts the parts that {@code sql/measure/list_days.sql} gave; empty when no day was touched
     * @return {@code next_status}, and {@code counts} by name
     */
    public static Map<String, Object> describe(long productsWritten, List<Map<String, Object>> measuredParts) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("products", productsWritten);
        counts.put("sales_days", total(measuredParts, "sales_count"));
        counts.put("performance_days", total(measuredParts, "performance_count"));
        return Map.of("next_status", "finalizing", "counts", counts);
    }

    private static long total(List<Map<String, Object>> parts, String column) {
        return parts.stream()
                .mapToLong(part -> ((Number) part.get(column)).longValue())
                .sum();
    }
}

package dev.tidemark.source.database;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A column as the source's catalog describes it; what a run archives is remembered in the ledger.
 *
 * @param name its name
 * @param type its type as declared, such as {@code numeric(12,2)}
 * @param baseType the type without domain and modifier, such as {@code numeric}
 * @param modifier PostgreSQL's type modifier; -1 when there is none
 * @param expression how it is selected
 * @param seen what else the catalog says, which may change without changing what is archived
 */
@JsonPropertyOrder({"name", "type", "base_type", "modifier", "expression"})
@JsonIgnoreProperties("seen")
record TableColumn(
        @JsonProperty("name") String name,
        @JsonProperty("type") String type,
        @JsonProperty("base_type") String baseType,
        @JsonProperty("modifier") int modifier,
        @JsonProperty("expression") String expression,
        Seen seen) {

    /**
     * What matters only to the run's order.
     *
     * @param quoted its name as SQL
     * @param castType the type that a position's text is read as
     * @param indexed whether an index begins with it
     */
    record Seen(
            String quoted, String castType, boolean notNull, boolean readable, boolean orderable, boolean indexed) {}

    /** True when the source's clock says how far the column's values can have got. */
    boolean isTime() {
        return baseType.equals("timestamptz") || baseType.equals("timestamp") || baseType.equals("date");
    }
}

package dev.tidemark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.fixture.Database;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The days of a part are read once, when its statement is planned, and not again for every order. */
class MeasurePlanTest {
    private static Database database;

    @BeforeAll
    static void open() throws Exception {
        database = Database.start();
    }

    @AfterAll
    static void close() throws Exception {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({"compute_sales.sql, sales_days", "compute_performance.sql, performance_days"})
    void orders_are_compared_with_moments_that_are_known(String file, String days) throws IOException {
        List<String> plan = new NamedParameterJdbcTemplate(database.dataSource())
                .queryForList(
                        "explain (costs off) " + statement(file),
                        Map.of("store_id", "acme", "zone", "Europe/Berlin", days, "{2026-03-02,2026-03-03}"),
                        String.class);

        List<String> comparisons =
                plan.stream().filter(line -> line.contains("processed_at")).toList();
        assertThat(comparisons).as("%s", plan).isNotEmpty();
        assertThat(comparisons).noneMatch(line -> line.contains("date[]")).noneMatch(line -> line.contains("days_"));
    }

    private static String statement(String file) throws IOException {
        try (InputStream statement = MeasurePlanTest.class.getResourceAsStream("/sql/measure/" + file)) {
            return new String(statement.readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("(?m)^\\s*--.*$", "")
                    .replace(":#", ":");
        }
    }
}

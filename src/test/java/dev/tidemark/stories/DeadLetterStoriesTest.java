package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.run.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was set aside is retried or discarded by an operator, and the watermark is free again. */
@ExtendWith(Services.Provider.class)
class DeadLetterStoriesTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void a_filtered_retry_empties_the_store_and_the_next_sync_moves_the_mark(Services services) throws Exception {
        try (World world = withThreeRefused(services)) {
            Instant mark = world.watermark();
            String letters = open(world);

            Outcome stillRefused = letters(world, "retry", firstLetter(world), "--wait");

            assertThat(stillRefused.exitCode()).as("%s", stillRefused).isEqualTo(3);
            assertThat(world.sql().value("select max(attempts) from dead_letter where state = 'open'"))
                    .as("set aside for the second time")
                    .isEqualTo("2");
            assertThat(open(world)).isEqualTo(letters);

            world.sql().run("alter table order_header drop constraint poison");
            JsonNode preview = preview(world, "retry");
            assertThat(preview.path("count").asText()).isEqualTo(letters);
            assertThat(preview.at("/marks/0/sentence").asText())
                    .isEqualTo("the mark of acme/shopify-orders is held: " + letters + " letter(s) left");
            CompletableFuture<TidemarkProcess> process = new CompletableFuture<>();
            world.databaseWire().arm(new Trap("insert into sync_chunk", Phase.UNANSWERED, 1, () -> {
                process.join().kill();
                return Trap.Then.CUT;
            }));
            process.complete(world.start(
                    "dead-letters",
                    "retry",
                    "--token",
                    preview.path("token").asText(),
                    "--reason",
                    "constraint gone",
                    "--wait"));
            assertThat(process.join().await(LIMIT).exitCode()).isEqualTo(137);
            String act = world.sql().value("select act_id from dead_letter_audit where reason = 'constraint gone'");
            Outcome retried = letters(world, "retry", "--act", act, "--wait");

            assertThat(retried.exitCode()).as("%s", retried).isZero();
            assertThat(retried.run().at("/states/retried").asText()).isEqualTo(letters);
            assertThat(retried.run().at("/marks/0/sentence").asText())
                    .isEqualTo("the mark of acme/shopify-orders is free: the next sync moves it");
            assertThat(world.watermark()).as("a retry moves no mark").isEqualTo(mark);

            Outcome next = world.sync();

            assertThat(next.exitCode()).as("%s", next).isZero();
            assertThat(next.advanced()).as("%s", next).isTrue();
            assertThat(next.count("written"))
                    .as("the retry had written everything")
                    .isZero();
            Findings findings = world.ask(Oracle.all());
            assertThat(findings.areNone()).as("%s", findings).isTrue();
        }
    }

    @Tag("long")
    @Test
    void a_discard_is_in_the_audit_with_its_reason_and_only_what_was_previewed_is_discarded(Services services)
            throws Exception {
        try (World world = withThreeRefused(services)) {
            String letters = open(world);
            String token = preview(world, "discard").path("token").asText();
            // A letter that nobody has looked at comes between the look and the act.
            world.sql()
                    .run("insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256)"
                            + " values ('acme', 'shopify-orders', 'sha256:00', 'malformed', 'late', '{', '\\x00')");
            Outcome overtaken = letters(world, "discard", "--token", token, "--reason", "test orders");
            assertThat(overtaken.exitCode()).as("%s", overtaken).isEqualTo(7);
            assertThat(world.sql().value("select count(*) from dead_letter where state = 'discarded'"))
                    .isEqualTo("0");
            world.sql().run("delete from dead_letter where record_key = 'sha256:00'");

            Outcome unreasoned = letters(world, "discard", "--token", token);
            assertThat(unreasoned.exitCode()).as("%s", unreasoned).isEqualTo(2);
            Outcome discarded = letters(world, "discard", "--token", token, "--reason", "test orders");
            assertThat(discarded.exitCode()).as("%s", discarded).isZero();
            assertThat(discarded.run().at("/marks/0/sentence").asText()).contains("is free");
            assertThat(world.sql().rows("select action, reason, cardinality(letter_ids) from dead_letter_audit"))
                    .containsExactly("discard|test orders|" + letters);
            Outcome again = letters(world, "discard", "--token", token, "--reason", "test orders");
            assertThat(again.exitCode()).as("a preview is used once: %s", again).isEqualTo(7);

            Outcome next = world.sync();
            assertThat(next.exitCode()).as("%s", next).isZero();
            assertThat(next.advanced()).isTrue();
            Outcome exported = letters(world, "export", "--state", "discarded");
            assertThat(exported.exitCode()).as("%s", exported).isZero();
            assertThat(exported.errors()).contains(letters + " letter(s) written");
        }
    }

    /** A world whose last run is partial: the database refuses three orders, and their lines wait for them. */
    private static World withThreeRefused(Services services) {
        World world = World.with(services, shop -> shop);
        assertThat(world.sync().exitCode()).isZero();
        world.shop().edit(40);
        List<String> orders = world.sql().rows("select order_id from order_header order by order_id limit 3");
        world.sql()
                .run("alter table order_header add constraint poison check (order_id not in ("
                        + String.join(", ", orders) + ")) not valid");
        assertThat(world.sync().exitCode()).isEqualTo(3);
        return world;
    }

    private static String open(World world) {
        return world.sql().value("select count(*) from dead_letter where state = 'open'");
    }

    /** What a command with a filter and no token shows. */
    private static JsonNode preview(World world, String action) throws JsonProcessingException {
        try (Engine engine = world.start(new Engine.Role.Query())) {
            return new ObjectMapper()
                    .readTree(engine.request(
                            "letters-preview",
                            Map.of("action", action, "actor", "cli/story", "store", "acme", "stream", "shopify-orders"),
                            String.class));
        }
    }

    private static String firstLetter(World world) {
        return world.sql()
                .value("select min(dead_letter_id) from dead_letter where state = 'open' and reason_code = 'refused'");
    }

    private static Outcome letters(World world, String... arguments) {
        Stream<String> format = arguments[0].equals("export") ? Stream.of() : Stream.of("-o", "json");
        return world.start(Stream.concat(Stream.concat(Stream.of("dead-letters"), Stream.of(arguments)), format)
                        .toArray(String[]::new))
                .await(LIMIT);
    }
}

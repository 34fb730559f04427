package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code webhooks list} prints. */
class WebhooksCommandTest {
    private static final String TOPICS = """
            {"items": [
              {"store": "acme", "source": "shopify", "topic": "orders/updated", "stream": "shopify-orders", "subscribed": true,
               "last_delivery_at": "2026-07-01T10:00:00Z", "usual_interval": "00:30:00", "silent": true,
               "silent_since": "2026-07-01T10:00:00Z", "problem": null},
              {"store": "acme", "source": "recharge", "topic": "charge/paid", "stream": "recharge-charges", "subscribed": false,
               "last_delivery_at": null, "usual_interval": null, "silent": false, "silent_since": null,
               "problem": "403 Forbidden"}]}
            """;

    @TempDir
    Path directory;

    @Test
    void on_a_terminal_it_is_a_table() {
        AtomicReference<Object> asked = new AtomicReference<>();
        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .engine(new FakeEngine().answering("query-webhook-topics", question -> {
                    asked.set(question.get("store"));
                    return TOPICS;
                }))
                .onTerminal()
                .run("webhooks", "list", "--store", "acme");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(asked).hasValue("acme");
        assertThat(result.out()).isEqualTo("""
                STORE  SOURCE    TOPIC           SUBSCRIBED  LAST DELIVERY         USUALLY EVERY  SILENT SINCE          PROBLEM
                acme   shopify   orders/updated  true        2026-07-01T10:00:00Z  00:30:00       2026-07-01T10:00:00Z  -
                acme   recharge  charge/paid     false       -                     -              -                     403 Forbidden
                """);
    }

    @Test
    void to_a_pipe_it_is_json_and_without_topics_it_says_so() {
        CommandLineTrial trial = CommandLineTrial.withStoreAcme(directory)
                .engine(new FakeEngine().answering("query-webhook-topics", question -> "{\"items\": []}"));

        assertThat(RunDocument.parseJson(trial.run("webhooks", "list").out()).path("items"))
                .isEmpty();
        assertThat(trial.run("webhooks", "list", "-o", "text").out()).isEqualTo("Nothing to show.\n");
        assertThat(trial.run("webhooks").exitCode()).isEqualTo(2);
    }
}

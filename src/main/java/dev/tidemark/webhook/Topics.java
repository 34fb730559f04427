package dev.tidemark.webhook;

import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import dev.tidemark.stream.WebhookDeclaration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What each topic of each source is about: a record of a declared stream, or one of the few that concern the store. */
final class Topics {
    /** The end of a bulk operation. */
    static final String OPERATION = "bulk_operations/finish";
    /** The end of our time at a shop. */
    static final String UNINSTALLED = "app/uninstalled";
    /** What people, or the law for them, ask about their data. */
    static final Set<String> ERASURE = Set.of("customers/data_request", "customers/redact", "shop/redact");

    /**
     * A topic about a record.
     *
     * @param child whether it is about a child alone
     * @param deletes whether the record is gone
     */
    record About(StreamDeclaration stream, WebhookDeclaration webhook, boolean child, boolean deletes) {
        RecordDeclaration record() {
            return child ? stream.child().orElseThrow() : stream.root();
        }

        WebhookDeclaration.Part part() {
            return child ? webhook.child().orElseThrow() : webhook.root();
        }

        /** Keys that lead from the body to the record's id. */
        List<String> keyPath() {
            return pathOf(part().values().get(record().keyColumn()).path());
        }

        /** Keys that lead from the body of a topic about a child to its root's id. */
        List<String> parentPath() {
            return pathOf(part().parent());
        }

        private List<String> pathOf(List<String> path) {
            return Stream.concat(webhook.record().stream(), path.stream()).toList();
        }
    }

    private final Map<String, About> records = new HashMap<>();

    /** @throws IllegalStateException when two streams of one source claim the same topic */
    Topics(StreamCatalog catalog) {
        for (StreamDeclaration stream : catalog.streams()) {
            stream.webhook().ifPresent(webhook -> {
                add(stream, webhook, false, webhook.root());
                webhook.child().ifPresent(child -> add(stream, webhook, true, child));
            });
        }
    }

    Optional<About> about(String source, String topic) {
        return Optional.ofNullable(records.get(source + ":" + topic));
    }

    private void add(
            StreamDeclaration stream, WebhookDeclaration webhook, boolean child, WebhookDeclaration.Part part) {
        part.write().forEach(topic -> add(topic, new About(stream, webhook, child, false)));
        part.delete().forEach(topic -> add(topic, new About(stream, webhook, child, true)));
    }

    private void add(String topic, About about) {
        About other = records.put(about.stream().source() + ":" + topic, about);
        if (other != null) {
            throw new IllegalStateException("The topic " + topic + " is declared by "
                    + other.stream().name() + " and by " + about.stream().name());
        }
    }
}

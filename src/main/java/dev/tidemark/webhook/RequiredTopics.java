package dev.tidemark.webhook;

import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.WebhookDeclaration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Which topics a store has to be told of: those that its streams declare, and the few that concern every shop. */
final class RequiredTopics {
    /** A topic, and the stream whose daily run makes up for deliveries that did not come; empty where none does. */
    record Topic(String name, Optional<String> stream) {}

    private final Map<String, List<Topic>> bySource = new HashMap<>();

    RequiredTopics(StreamCatalog catalog) {
        // What is asked about people's data cannot be subscribed to: the app's own configuration names its address.
        Stream.of(Topics.OPERATION, Topics.UNINSTALLED)
                .forEach(topic -> add("shopify", new Topic(topic, Optional.empty())));
        catalog.streams().forEach(stream -> stream.webhook()
                .ifPresent(webhook -> Stream.concat(Stream.of(webhook.root()), webhook.child().stream())
                        .flatMap(RequiredTopics::topics)
                        .forEach(topic -> add(stream.source(), new Topic(topic, Optional.of(stream.name()))))));
    }

    /** The topics of a store at a source; none of streams that the store does not want. */
    List<Topic> of(String source, Settings.Store store) {
        return bySource.getOrDefault(source, List.of()).stream()
                .filter(topic -> topic.stream().map(store::schedules).orElse(true))
                .toList();
    }

    private static Stream<String> topics(WebhookDeclaration.Part part) {
        return Stream.concat(part.write().stream(), part.delete().stream());
    }

    private void add(String source, Topic topic) {
        bySource.computeIfAbsent(source, absent -> new ArrayList<>()).add(topic);
    }
}

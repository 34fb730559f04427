package dev.tidemark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the route files declare, as plain trees: the rules see what is written, not what Camel makes of it. */
record RouteModel(List<Declaration> declarations) {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /**
     * One entry of a route file.
     *
     * @param kind {@code route}, {@code routeTemplate}, {@code rest}, …
     * @param opening the comment lines directly above the entry, and those within it up to its {@code from}
     */
    record Declaration(String file, String kind, JsonNode node, String opening) {
        boolean isRoute() {
            return kind.equals("route") || kind.equals("routeTemplate");
        }

        boolean isTemplate() {
            return kind.equals("routeTemplate");
        }

        String id() {
            return node.path("id").asText();
        }

        /** The route itself, which a template wraps. */
        JsonNode route() {
            return isTemplate() ? node.path("route") : node;
        }

        String from() {
            return route().path("from").path("uri").asText();
        }

        String where() {
            return file + ": " + kind + " " + (id().isEmpty() ? "without id" : id());
        }

        /** Every step of a kind, however deep. */
        List<JsonNode> steps(String name) {
            List<JsonNode> found = new ArrayList<>();
            collect(node, name, found);
            return found;
        }

        /** Every text in it. */
        Stream<String> texts() {
            return texts(node);
        }

        private static Stream<String> texts(JsonNode node) {
            return node.isTextual() ? Stream.of(node.asText()) : children(node).flatMap(Declaration::texts);
        }

        private static void collect(JsonNode node, String name, List<JsonNode> found) {
            for (Map.Entry<String, JsonNode> property : node.properties()) {
                if (property.getKey().equals(name)) {
                    (property.getValue().isArray() ? children(property.getValue()) : Stream.of(property.getValue()))
                            .forEach(found::add);
                }
            }
            children(node).forEach(child -> collect(child, name, found));
        }

        private static Stream<JsonNode> children(JsonNode node) {
            return Stream.iterate(0, i -> i + 1)
                    .limit(node.size())
                    .flatMap(i -> node.isArray()
                            ? Stream.of(node.get(i))
                            : node.properties().stream().skip(i).limit(1).map(Map.Entry::getValue));
        }
    }

    static RouteModel of(ProjectFiles files) {
        List<Declaration> declarations = new ArrayList<>();
        files.textByPath().forEach((file, text) -> declarations.addAll(read(file, text)));
        return new RouteModel(declarations);
    }

    List<Declaration> routes() {
        return declarations.stream().filter(Declaration::isRoute).toList();
    }

    Optional<Declaration> template(String id) {
        return routes().stream()
                .filter(Declaration::isTemplate)
                .filter(template -> template.id().equals(id))
                .findFirst();
    }

    private static List<Declaration> read(String file, String text) {
        List<String> openings = openings(text);
        List<Declaration> declarations = new ArrayList<>();
        try {
            for (JsonNode entry : YAML.readTree(text)) {
                Map.Entry<String, JsonNode> only = entry.properties().iterator().next();
                declarations.add(
                        new Declaration(file, only.getKey(), only.getValue(), openings.get(declarations.size())));
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError(file + " is no YAML: " + e.getMessage(), e);
        }
        return declarations;
    }

    private static List<String> openings(String text) {
        List<String> openings = new ArrayList<>();
        StringBuilder above = new StringBuilder();
        boolean beforeFrom = false;
        for (String line : text.lines().toList()) {
            if (line.startsWith("- ")) {
                openings.add(above.toString());
                above.setLength(0);
                beforeFrom = true;
            } else if (line.startsWith("#")) {
                above.append(line).append('\n');
            } else if (line.isBlank()) {
                above.setLength(0);
            } else if (line.strip().startsWith("from:")) {
                beforeFrom = false;
            } else if (beforeFrom && line.strip().startsWith("#")) {
                int last = openings.size() - 1;
                openings.set(last, openings.get(last) + line.strip() + "\n");
            }
        }
        return openings;
    }
}

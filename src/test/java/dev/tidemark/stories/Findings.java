package dev.tidemark.stories;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the oracles said.
 *
 * @param sentences by oracle; an empty list is the right answer
 */
record Findings(Map<Oracle, List<String>> sentences) {

    boolean areNone() {
        return sentences.values().stream().allMatch(List::isEmpty);
    }

    List<String> of(Oracle oracle) {
        return sentences.getOrDefault(oracle, List.of());
    }

    @Override
    public String toString() {
        return areNone()
                ? "0"
                : sentences.entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .map(entry -> entry.getKey() + " " + entry.getValue().size() + " ("
                                + entry.getValue().stream().limit(3).collect(Collectors.joining("; ")) + ")")
                        .sorted()
                        .collect(Collectors.joining(", "));
    }
}

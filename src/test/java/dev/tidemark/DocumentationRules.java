package dev.tidemark;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Rules of what is written for users. Each returns every violation, one line each. */
final class DocumentationRules {
    private static final Pattern DOCUMENTED_PROPERTY = Pattern.compile("(?m)^\\| `(tidemark\\.[a-z0-9.-]+)` \\|");
    private static final Pattern COMMAND = Pattern.compile("@Command\\(\\s*name = \"([a-z-]+)\"");

    private DocumentationRules() {}

    /** Each property has its row on the reference page, and each row has its property. */
    static List<String> properties(Set<String> keys, String page) {
        Set<String> documented = DOCUMENTED_PROPERTY
                .matcher(page)
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> violations = new ArrayList<>();
        keys.stream()
                .filter(key -> !documented.contains(key))
                .forEach(key -> violations.add(key + ": is not documented"));
        documented.stream()
                .filter(key -> !keys.contains(key))
                .forEach(key -> violations.add(key + ": is documented but does not exist"));
        return violations;
    }

    /** The first command that a class of the command line declares is the one that users type after {@code tidemark}. */
    static List<String> commands(ProjectFiles commandClasses, String readme) {
        return commandClasses.textByPath().values().stream()
                .flatMap(text -> COMMAND.matcher(text).results().limit(1).map(command -> command.group(1)))
                .filter(command -> !command.equals("tidemark"))
                .filter(command -> !Pattern.compile("\\b" + command + "\\b")
                        .matcher(readme)
                        .find())
                .map(command -> "README.md does not name the command " + command)
                .toList();
    }
}

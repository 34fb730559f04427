package dev.tidemark;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules of the Java sources that are about text. Each returns every violation, one line each. */
final class JavaRules {
    private static final Set<String> FOLDERS_WITHOUT_MEANING =
            Set.of("util", "utils", "common", "model", "service", "impl", "helper");
    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "(?m)^public (?:abstract |final |sealed |non-sealed |static )*(?:class|interface|record|enum|@interface) (\\w+)");
    private static final Pattern EMPTY_TYPE_NAME =
            Pattern.compile("\\b(?:class|interface|record|enum) (\\w*(?:Util|Utils|Helper|Manager|Impl)|My\\w+)\\b");
    private static final Pattern ANNOTATION_LINES = Pattern.compile("(?s)(@\\w+(\\([^)]*\\))?\\s*)*$");

    private JavaRules() {}

    static List<String> publicTypesHaveJavadoc(ProjectFiles java) {
        List<String> violations = new ArrayList<>();
        java.textByPath().forEach((file, text) -> {
            Matcher type = PUBLIC_TYPE.matcher(text);
            while (type.find()) {
                String before = ANNOTATION_LINES
                        .matcher(text.substring(0, type.start()))
                        .replaceFirst("");
                if (!before.stripTrailing().endsWith("*/")) {
                    violations.add(file + ": " + type.group(1) + " has no Javadoc");
                }
            }
        });
        return violations;
    }

    /** Feature first, flat: at most two levels below the base package, and no drawer for the rest. */
    static List<String> foldersHaveMeaning(ProjectFiles java) {
        List<String> violations = new ArrayList<>();
        java.textByPath().keySet().forEach(file -> {
            List<String> folders =
                    List.of(file.replaceFirst(".*java/dev/tidemark/", "").split("/"));
            if (folders.size() > 3) {
                violations.add(file + ": lies more than two levels deep");
            }
            folders.stream()
                    .filter(FOLDERS_WITHOUT_MEANING::contains)
                    .forEach(folder -> violations.add(file + ": '" + folder + "' says nothing about what is in it"));
        });
        return violations;
    }

    static List<String> namesHaveMeaning(ProjectFiles java) {
        List<String> violations = new ArrayList<>();
        java.textByPath().forEach((file, text) -> EMPTY_TYPE_NAME
                .matcher(text)
                .results()
                .forEach(type -> violations.add(file + ": " + type.group(1) + " does not say what it is")));
        return violations;
    }

    /** A sleep is too long on a fast machine and too short on a slow one. */
    static List<String> noSleeps(ProjectFiles java) {
        return containing(java, "Thread" + ".sleep", "waits with a limit on what it waits for instead");
    }

    static List<String> noDisabledTests(ProjectFiles java) {
        return containing(java, "@" + "Disabled", "a test that does not run proves nothing");
    }

    static List<String> nothingLeftToDo(ProjectFiles files) {
        List<String> violations = new ArrayList<>(containing(files, "TO" + "DO", "is work for an issue"));
        violations.addAll(containing(files, "FIX" + "ME", "is work for an issue"));
        return violations;
    }

    private static List<String> containing(ProjectFiles files, String word, String reason) {
        return files.textByPath().entrySet().stream()
                .filter(file -> file.getValue().contains(word))
                .map(file -> file.getKey() + ": " + word + " " + reason)
                .toList();
    }
}

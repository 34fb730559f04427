package dev.tidemark;

import dev.tidemark.RouteModel.Declaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rules of the SQL files, and of the places where SQL must not be. Each returns every violation, one line each. */
final class SqlRules {
    private static final String SCHEMA = "sql/schema/";
    private static final Pattern FILE_NAME = Pattern.compile("[a-z]+(_[a-z]+)+\\.sql");
    private static final Pattern SQL = Pattern.compile(
            "\\b(select\\b.+\\bfrom\\b|insert\\s+into\\b|update\\s+\\w+\\s+set\\b|delete\\s+from\\b|truncate\\s+\\w+"
                    + "|(create|alter|drop)\\s+(table|index|view|schema|role|database|sequence)\\b)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private SqlRules() {}

    /** What, in, out: who reads a statement should not have to run it to know what it is for. */
    static List<String> headers(ProjectFiles files) {
        List<String> violations = new ArrayList<>();
        files.textByPath().forEach((file, text) -> {
            List<String> header =
                    text.lines().takeWhile(line -> line.startsWith("--")).toList();
            int in = indexOf(header, "-- In:");
            int out = indexOf(header, "-- Out:");
            if (in < 1 || out < in) {
                violations.add(
                        file + ": must begin with comment lines that say what it is for, '-- In:' and '-- Out:'");
            }
        });
        return violations;
    }

    static List<String> names(ProjectFiles files) {
        return files.textByPath().keySet().stream()
                .filter(file -> !file.startsWith(SCHEMA))
                .filter(file -> !FILE_NAME
                        .matcher(file.substring(file.lastIndexOf('/') + 1))
                        .matches())
                .map(file -> file + ": must be named verb_noun.sql")
                .toList();
    }

    /** Two statements are two transactions, and a crash fits between them. */
    static List<String> oneStatement(ProjectFiles files) {
        return statements(files)
                .filter(file -> withoutQuotes(file.getValue()).strip().contains(";"))
                .map(file -> file.getKey() + ": must be one statement, without a semicolon")
                .toList();
    }

    /** camel-sql makes a parameter mark of every {@code #}, and the driver one of every {@code ?}. */
    static List<String> noStrayParameterMarks(ProjectFiles files) {
        return statements(files)
                .flatMap(file -> {
                    String statement = file.getValue();
                    boolean strayHash = statement.replace(":#", "").contains("#");
                    boolean strayMark = statement.contains(":#") && statement.contains("?");
                    return Stream.of(strayHash ? "#" : "", strayMark ? "?" : "")
                            .filter(mark -> !mark.isEmpty())
                            .map(mark -> file.getKey() + ": '" + mark + "' becomes a parameter mark");
                })
                .toList();
    }

    static List<String> noSqlInRoutes(RouteModel model) {
        List<String> violations = new ArrayList<>();
        for (Declaration declaration : model.declarations()) {
            declaration.texts().forEach(text -> {
                boolean inline = text.startsWith("sql:")
                        && !text.startsWith("sql:classpath:sql/")
                        // A template of sql/load/ that was filled in.
                        && !text.startsWith("sql:ref:statement-");
                boolean prose =
                        text.equals(declaration.route().path("description").asText());
                if (inline || (!prose && SQL.matcher(text).find())) {
                    violations.add(declaration.where() + ": SQL belongs in sql/, not here: " + text);
                }
            });
        }
        return violations;
    }

    /** An ellipsis marks a statement that is only told about. */
    static List<String> noSqlInJava(ProjectFiles java) {
        List<String> violations = new ArrayList<>();
        java.textByPath().forEach((file, text) -> JavaText.literals(text).stream()
                .filter(literal -> SQL.matcher(literal).find() && !literal.contains("..."))
                .forEach(literal -> violations.add(file + ": SQL belongs in sql/, not here: " + literal.strip())));
        return violations;
    }

    /** Files that are named but missing, and files that nothing names. */
    static List<String> namedFilesExist(ProjectFiles sql, RouteModel model, ProjectFiles java) {
        List<String> violations = new ArrayList<>();
        List<String> sources = Stream.concat(
                        model.declarations().stream().flatMap(Declaration::texts),
                        java.textByPath().values().stream().flatMap(text -> JavaText.literals(text).stream()))
                .toList();
        Pattern name = Pattern.compile("sql/[a-z]+/[A-Za-z0-9_-]+\\.sql");
        sources.forEach(text -> name.matcher(text)
                .results()
                .map(found -> found.group())
                .filter(file -> !sql.textByPath().containsKey(file))
                .forEach(file -> violations.add(file + ": is named but does not exist")));
        sql.textByPath().keySet().stream()
                .filter(file -> !file.startsWith(SCHEMA))
                .filter(file -> sources.stream()
                        .noneMatch(text -> text.contains(file.substring(file.lastIndexOf('/') + 1))
                                || text.contains(file.substring(file.lastIndexOf('/') + 1)
                                        .replace(".sql", ""))))
                .forEach(file -> violations.add(file + ": nothing uses it"));
        return violations;
    }

    /** Files that hold one statement, without their whole-line comments, which camel-sql drops as well. */
    private static Stream<Map.Entry<String, String>> statements(ProjectFiles files) {
        return files.textByPath().entrySet().stream()
                .filter(file -> !file.getKey().startsWith(SCHEMA))
                .map(file -> Map.entry(
                        file.getKey(),
                        String.join(
                                "\n",
                                file.getValue()
                                        .lines()
                                        .filter(line -> !line.strip().startsWith("--"))
                                        .toList())));
    }

    private static String withoutQuotes(String statement) {
        return statement.replaceAll("'(?:[^']|'')*'", "''");
    }

    private static int indexOf(List<String> lines, String beginning) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(beginning)) {
                return i;
            }
        }
        return -1;
    }
}

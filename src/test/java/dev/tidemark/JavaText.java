package dev.tidemark;

import java.util.ArrayList;
import java.util.List;

/** Reads Java source far enough to tell code from comments and literals. */
final class JavaText {
    private JavaText() {}

    /** The string literals and text blocks of a source file; comments do not count. Neighbours joined by + are one. */
    static List<String> literals(String source) {
        List<String> literals = new ArrayList<>();
        StringBuilder joined = null;
        int i = 0;
        while (i < source.length()) {
            if (source.startsWith("//", i)) {
                i = end(source, "\n", i);
            } else if (source.startsWith("/*", i)) {
                i = end(source, "*/", i + 2);
            } else if (source.startsWith("\"\"\"", i)) {
                int end = end(source, "\"\"\"", i + 3);
                literals.add(source.substring(i + 3, end - 3));
                i = end;
            } else if (source.charAt(i) == '"') {
                int end = endOfString(source, i, '"');
                String literal = source.substring(i + 1, end - 1);
                if (joined == null) {
                    joined = new StringBuilder();
                }
                joined.append(literal);
                i = end;
                if (!source.substring(i, Math.min(source.length(), i + 200)).matches("(?s)\\s*\\+\\s*\".*")) {
                    literals.add(joined.toString());
                    joined = null;
                }
            } else if (source.charAt(i) == '\'') {
                i = endOfString(source, i, '\'');
            } else {
                i++;
            }
        }
        return literals;
    }

    private static int end(String source, String mark, int from) {
        int found = source.indexOf(mark, from);
        return found < 0 ? source.length() : found + mark.length();
    }

    private static int endOfString(String source, int begin, char quote) {
        int i = begin + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            i += source.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(source.length(), i + 1);
    }
}

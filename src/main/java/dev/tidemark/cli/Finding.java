package dev.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What one check of {@code doctor} found.
 *
 * @param verdict how bad it is
 * @param subject what was looked at
 * @param observation what was seen
 * @param remedy what to do about it; empty when all is well
 */
record Finding(Verdict verdict, String subject, String observation, String remedy) {

    enum Verdict {
        OK("ok"),
        WARN("warn"),
        FAIL("FAIL"),
        /** Nothing works without it: a failure with an exit code of its own. */
        AWAY("FAIL");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        boolean isFailure() {
            return this == FAIL || this == AWAY;
        }
    }

    static Finding ok(String subject, String observation) {
        return new Finding(Verdict.OK, subject, observation, "");
    }

    static Finding warn(String subject, String observation, String remedy) {
        return new Finding(Verdict.WARN, subject, observation, remedy);
    }

    static Finding fail(String subject, String observation, String remedy) {
        return new Finding(Verdict.FAIL, subject, observation, remedy);
    }

    static Finding away(String subject, String observation, String remedy) {
        return new Finding(Verdict.AWAY, subject, observation, remedy);
    }

    String toText() {
        String line = String.format("%-4s  %-22s  %s", verdict.word, subject, observation);
        return remedy.isEmpty() ? line : line + System.lineSeparator() + " ".repeat(30) + "-> " + remedy;
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("verdict", verdict.word.toLowerCase(java.util.Locale.ROOT));
        json.put("subject", subject);
        json.put("observation", observation);
        json.put("remedy", remedy.isEmpty() ? null : remedy);
        return json;
    }
}

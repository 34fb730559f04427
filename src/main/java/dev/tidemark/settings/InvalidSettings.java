package dev.tidemark.settings;

import java.util.List;

/** Settings that cannot be used; {@link #errors()} lists every fault at once, a sentence each. */
public final class InvalidSettings extends RuntimeException {
    private final transient List<String> errors;

    public InvalidSettings(List<String> errors) {
        super("The configuration has " + errors.size() + (errors.size() == 1 ? " error:" : " errors:") + "\n  - "
                + String.join("\n  - ", errors));
        this.errors = List.copyOf(errors);
    }

    public List<String> errors() {
        return errors;
    }
}

package dev.tidemark.stream;

import java.util.List;

/** Declarations that cannot be used; {@link #errors()} lists every fault at once, a sentence each. */
public final class InvalidStreams extends RuntimeException {
    private final transient List<String> errors;

    public InvalidStreams(List<String> errors) {
        super("The stream declarations have " + errors.size() + (errors.size() == 1 ? " error:" : " errors:") + "\n  - "
                + String.join("\n  - ", errors));
        this.errors = List.copyOf(errors);
    }

    public List<String> errors() {
        return errors;
    }
}

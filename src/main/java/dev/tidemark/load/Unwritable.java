package dev.tidemark.load;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A delivered record that cannot be written as it is; trying again with the same bytes cannot help. Nothing was changed. */
public final class Unwritable extends RuntimeException {
    private final String code;
    private final transient Optional<Instant> version;

    /**
     * @param code a word for machines, as in a dead letter
     * @param message what is wrong, without the value at fault
     */
    public Unwritable(String code, String message) {
        this(code, message, Optional.empty());
    }

    private Unwritable(String code, String message, Optional<Instant> version) {
        super(message);
        this.code = code;
        this.version = version;
    }

    static Unwritable of(Letters.Fault fault) {
        return new Unwritable(
                fault.reason().code(),
                fault.explanation(),
                fault.version() == InstantText.NONE
                        ? Optional.empty()
                        : Optional.of(Instant.EPOCH.plus(fault.version(), ChronoUnit.MICROS)));
    }

    static Unwritable refused(String explanation) {
        return new Unwritable(Reason.REFUSED.code(), explanation);
    }

    public String code() {
        return code;
    }

    /** The record's version, where it could be read. */
    public Optional<Instant> version() {
        return version;
    }
}

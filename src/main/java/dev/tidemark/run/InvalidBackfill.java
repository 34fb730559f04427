package dev.tidemark.run;

/** A backfill that cannot be as it was asked for; the caller has to ask for another. Nothing was written. */
public final class InvalidBackfill extends IllegalArgumentException {
    private final String parameter;

    /**
     * @param parameter the member at fault
     * @param message what is wrong with it and what it must look like
     */
    public InvalidBackfill(String parameter, String message) {
        super(message);
        this.parameter = parameter;
    }

    public String parameter() {
        return parameter;
    }
}

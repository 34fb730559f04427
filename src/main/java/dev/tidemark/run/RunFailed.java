package dev.tidemark.run;

/** The run cannot succeed by trying again: it ends as failed, and its watermark stays. */
public final class RunFailed extends RuntimeException {
    private final String code;

    /**
     * @param code a word for machines, such as {@code count_mismatch}
     * @param message what was being done, to what, what happened, and what to do about it
     */
    public RunFailed(String code, String message) {
        super(message);
        this.code = code;
    }

    public String code() {
        return code;
    }
}

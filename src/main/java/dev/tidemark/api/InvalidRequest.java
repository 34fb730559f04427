package dev.tidemark.api;

/** A request that names something wrongly; the caller has to change it. Nothing was changed. */
public final class InvalidRequest extends IllegalArgumentException {
    private final String parameter;

    /**
     * @param parameter the parameter or member at fault
     * @param message what is wrong with it and what it must look like
     */
    public InvalidRequest(String parameter, String message) {
        super(message);
        this.parameter = parameter;
    }

    public String parameter() {
        return parameter;
    }
}

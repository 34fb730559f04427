package dev.tidemark.webhook;

/** A delivery that is not taken: nothing was written, and the vendor is told why in general words only. */
public final class DeliveryRefused extends RuntimeException {
    /** What kind of refusal; each is a status of its own for the sender and a metric's label. */
    public enum Kind {
        /** The signature, the shop or the time of signing is not what it must be. */
        UNVERIFIED,
        /** Rightly signed, but without what it takes to keep it, such as a topic. */
        UNUSABLE
    }

    private final Kind kind;

    /** @param message what is wrong, without the value at fault */
    public DeliveryRefused(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

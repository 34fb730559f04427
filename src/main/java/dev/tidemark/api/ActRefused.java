package dev.tidemark.api;

import java.util.Map;

/** An act on dead letters that was not done, because what it was meant for is not there any more; nothing was changed. */
public final class ActRefused extends RuntimeException {
    private final transient Problem problem;

    private ActRefused(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    /**
     * By the outcome of {@code sql/letters/retry_letters.sql} and {@code discard_letters.sql}.
     *
     * @param letters that are meant now
     * @param promised that the preview showed; null without a preview
     */
    static ActRefused of(String outcome, long letters, Object promised) {
        return new ActRefused(
                switch (outcome) {
                    case "changed" ->
                        new Problem(
                                409,
                                "selection-changed",
                                "The letters are not those of the preview",
                                "The preview showed " + promised + " letter(s), now " + letters
                                        + " are meant, or others; look at a new preview. Nothing was changed.",
                                Map.of("count", letters, "previewed", String.valueOf(promised)));
                    case "used" ->
                        new Problem(
                                409,
                                "token-used",
                                "The preview was used",
                                "This preview was acted on before; an act is done once. Nothing was changed.");
                    case "expired" ->
                        new Problem(
                                409,
                                "token-expired",
                                "The preview is too old",
                                "The preview has expired; look at a new one. Nothing was changed.");
                    case "unknown" ->
                        new Problem(
                                409,
                                "token-unknown",
                                "There is no such preview",
                                "No preview for this act has that token. Nothing was changed.");
                    default ->
                        Problem.notFound("There is no open dead letter that this can be done to; one that is being"
                                + " retried has to wait for the end of that.");
                });
    }

    /** True when a preview no longer holds; false when there is nothing to act on. */
    public boolean isConflict() {
        return problem.status() == 409;
    }

    Problem problem() {
        return problem;
    }
}

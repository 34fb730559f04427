package dev.tidemark.api;

/** A request that is answered with a problem other than "invalid parameter". */
final class Refused extends RuntimeException {
    private final transient Problem problem;

    Refused(Problem problem) {
        super(problem.title() + ": " + problem.detail());
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}

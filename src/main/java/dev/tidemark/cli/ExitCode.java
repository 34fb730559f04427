package dev.tidemark.cli;

/** What the exit code of every command means; scripts and schedulers rely on these numbers. */
enum ExitCode {
    COMPLETE(0),
    ERROR(1),
    /** Wrong arguments or an unusable configuration; nothing was started. */
    USAGE(2),
    /** Records were set aside and the watermark is held. */
    PARTIAL(3),
    RUN_FAILED(4),
    /** Another run of the same store, stream and job type is active. */
    CONFLICT(7),
    /** The database or object storage is away. */
    DEPENDENCY_DOWN(8),
    /** What is stored is not what is proved to have been read. */
    DIFFERENCE(9);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The code for a run that ended with this status; an unfinished run counts as an error. */
    static ExitCode ofStatus(String status) {
        return switch (status) {
            case "completed" -> COMPLETE;
            case "partial" -> PARTIAL;
            case "failed" -> RUN_FAILED;
            default -> ERROR;
        };
    }
}

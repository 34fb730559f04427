package dev.tidemark.cli;

import dev.tidemark.operations.Migration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Brings the schema up to date. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description = "Create or update the tables. Safe to run again, and from several machines at once.",
        footer = {
            "",
            "Every command does this at its start; run it by itself where the role that changes the schema",
            "is not the one that runs the program.",
            "",
            "Example:",
            "  TIDEMARK_DATABASE_URL=jdbc:postgresql://db/tidemark TIDEMARK_DATABASE_USER=tidemark tidemark migrate"
        })
final class MigrateCommand implements Callable<Integer> {
    private final TidemarkCommand root;

    MigrateCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Migration.Outcome outcome = Migration.apply(
                PlainDataSource.of(root.settingsWithDatabase().database().orElseThrow()));
        root.terminal()
                .say("tidemark: the schema is at version " + outcome.version()
                        + (outcome.applied() == 0
                                ? "; there was nothing to do"
                                : "; " + outcome.applied()
                                        + (outcome.applied() == 1 ? " script was applied" : " scripts were applied")));
        return ExitCode.COMPLETE.number();
    }
}

package dev.tidemark.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** placeholder. */
@Command(name = "demo", mixinStandardHelpOptions = true, footer = {"", "Example:", "  tidemark demo --once"})
final class DemoCommand implements Callable<Integer> {
    private final TidemarkCommand root;

    DemoCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return ExitCode.COMPLETE.number();
    }
}

package dev.tidemark.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plays the whole job on this machine: a real PostgreSQL, an S3 server, a simulated shop, and the program itself. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Play the daily order sync on this machine, with nothing to set up.",
            "",
            "Starts a real PostgreSQL, an S3 server and a simulated shop, syncs the shop's orders, then shows what happens",
            "when 3 of 40 orders are refused: the run is partial, the watermark is held; the cause is removed and the next",
            "run completes. Afterwards everything stays up to look around in, until Ctrl-C."
        },
        footer = {
            "",
            "No configuration is read. Nothing outside a temporary folder is touched.",
            "",
            "Examples:",
            "  tidemark demo --once                 the story, then exit 0; not 0 when something is not as it should be",
            "  tidemark demo --orders 20000 --keep  more orders; the database's folder stays"
        })
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--once", description = "Exit when the story is told.")
    private boolean once;

    @Option(names = "--keep", description = "Keep the database's folder; its place is printed.")
    private boolean keep;

    @Option(
            names = "--orders",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Orders of the shop (${DEFAULT-VALUE}).")
    private long orders;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides the shop's data (${DEFAULT-VALUE}).")
    private long seed;

    private final TidemarkCommand root;

    DemoCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        if (orders < 1 || orders > 1_000_000) {
            throw new CommandFailure(ExitCode.USAGE, "--orders must be from 1 to 1000000, not " + orders + ".");
        }
        long began = System.nanoTime();
        say("Tidemark demo: the daily order sync of a simulated shop, on this machine only.");
        say("Starting PostgreSQL, an S3 server, the shop and Tidemark ...");
        DemoPlace place = DemoPlace.open(root.starter(), orders, seed, keep);
        try (StopSignal stop = StopSignal.then(place::close)) {
            try {
                introduce(place);
                new DemoStory(place, root.terminal(), began).tell();
                if (!once) {
                    invite(place);
                    while (!stop.isGiven()) {
                        LockSupport.park();
                    }
                }
            } catch (RuntimeException e) {
                stop.holdWhenGiven();
                throw e;
            }
        } finally {
            place.close();
        }
        if (keep) {
            say("");
            say("The database's folder is " + place.directory().resolve("postgresql"));
        }
        return ExitCode.COMPLETE.number();
    }

    private void introduce(DemoPlace place) {
        say("");
        say("   PostgreSQL  " + place.psql());
        say("   S3          " + place.s3Endpoint() + ", bucket "
                + place.settings().s3().bucket());
        say(String.format(
                java.util.Locale.ROOT, "   shop        %s, %,d orders of the last 120 days", place.shopUrl(), orders));
        say("   Tidemark    " + place.apiUrl() + "/api/ingest/runs");
    }

    private void invite(DemoPlace place) {
        String management = "http://127.0.0.1:" + place.settings().managementPort() + "/observe/";
        say("");
        say("Everything stays up until Ctrl-C:");
        say("   runs        curl -H 'Authorization: Bearer " + place.operatorToken() + "' " + place.apiUrl()
                + "/api/ingest/runs");
        say("   watermarks  curl -H 'Authorization: Bearer " + place.operatorToken() + "' " + place.apiUrl()
                + "/api/ingest/watermarks");
        say("   tables      " + place.psql());
        say("   health      " + management + "health/ready");
        say("   metrics     " + management + "metrics");
        say("   Hawtio      http://127.0.0.1:" + place.settings().hawtioPort() + "/hawtio   user admin, password "
                + place.adminToken());
    }

    private void say(String line) {
        root.terminal().out().println(line);
    }
}

package dev.tidemark.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on stderr how far a run has got. Told at every look at the run; decides by itself what is worth a line. */
interface Progress extends AutoCloseable {

    enum Kind {
        NONE,
        BAR,
        PLAIN,
        JSON
    }

    /** @param run the run as it is now */
    void show(RunDocument run);

    @Override
    void close();

    /** @param kind null leaves the choice to the terminal: a bar where a person looks, plain lines elsewhere */
    static Progress of(Kind kind, Terminal terminal) {
        if (kind == null) {
            return terminal.errIsTerminal() ? new Bar(terminal.err()) : new Plain(terminal.err());
        }
        return switch (kind) {
            case NONE -> new None();
            case BAR -> new Bar(terminal.err());
            case PLAIN -> new Plain(terminal.err());
            case JSON -> new Json(terminal.err());
        };
    }

    /** What a run is doing, for a person. */
    static String phase(RunDocument run) {
        return switch (run.status()) {
            case "initiated" -> "asking the source for the window";
            case "polling" -> "the source is working";
            case "downloading" -> "downloading into the archive";
            case "upserting" -> "loading";
            case "transforming" -> "refreshing products and measurements";
            case "finalizing" -> "checking the ledger";
            default -> run.status();
        };
    }

    final class None implements Progress {
        @Override
        public void show(RunDocument run) {}

        @Override
        public void close() {}
    }

    /** A line when the phase changes, and every five seconds while lines are loaded. */
    final class Plain implements Progress {
        private static final Duration PAUSE = Duration.ofSeconds(5);

        private final PrintStream err;
        private final Rate rate = new Rate();
        private String lastState = "";
        private long lastNanos = System.nanoTime();

        Plain(PrintStream err) {
            this.err = err;
        }

        @Override
        public void show(RunDocument run) {
            rate.observe(run);
            String state = run.status() + run.waitingFor().orElse("");
            boolean due = run.status().equals("upserting") && System.nanoTime() - lastNanos >= PAUSE.toNanos();
            if (state.equals(lastState) && !due) {
                return;
            }
            lastState = state;
            lastNanos = System.nanoTime();
            err.println("tidemark: " + phase(run)
                    + run.waitingFor()
                            .filter(reason -> !run.hasEnded())
                            .map(reason -> " (" + reason + ")")
                            .orElse("")
                    + (run.status().equals("upserting") ? rate.sentence(run) : ""));
        }

        @Override
        public void close() {}
    }

    /** A line of JSON for every change, for programs. */
    final class Json implements Progress {
        private final PrintStream err;
        private final Rate rate = new Rate();
        private String last = "";

        Json(PrintStream err) {
            this.err = err;
        }

        @Override
        public void show(RunDocument run) {
            rate.observe(run);
            OptionalLong total = run.objectCount();
            String head = "{\"run_id\":\"" + run.runId() + "\",\"status\":\"" + run.status() + "\",\"lines\":"
                    + run.lines() + ",\"object_count\":" + (total.isPresent() ? total.getAsLong() : null);
            if (!head.equals(last)) {
                last = head;
                err.println(head + ",\"lines_per_second\":" + Math.round(rate.linesPerSecond()) + "}");
            }
        }

        @Override
        public void close() {}
    }

    /** A bar with counts, rate and estimate; its length is the source's own object count. */
    final class Bar implements Progress {
        private final ProgressBar bar;

        Bar(PrintStream err) {
            bar = new ProgressBarBuilder()
                    .setTaskName("starting")
                    .setInitialMax(-1)
                    .setUnit(" lines", 1)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUpdateIntervalMillis(200)
                    .setConsumer(new ConsoleProgressBarConsumer(err, 110))
                    .showSpeed()
                    .build();
        }

        @Override
        public void show(RunDocument run) {
            run.objectCount().ifPresent(bar::maxHint);
            bar.stepTo(run.lines());
            bar.setExtraMessage(" " + phase(run));
            bar.refresh();
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** Lines a second since loading was first seen. */
    final class Rate {
        private long firstNanos;
        private long firstLines = -1;
        private double linesPerSecond;

        void observe(RunDocument run) {
            if (!run.status().equals("upserting")) {
                return;
            }
            if (firstLines < 0) {
                firstLines = run.lines();
                firstNanos = System.nanoTime();
                return;
            }
            double seconds = (System.nanoTime() - firstNanos) / 1e9;
            if (seconds > 0.5) {
                linesPerSecond = (run.lines() - firstLines) / seconds;
            }
        }

        double linesPerSecond() {
            return linesPerSecond;
        }

        String sentence(RunDocument run) {
            OptionalLong total = run.objectCount();
            if (total.isEmpty()) {
                return String.format(Locale.ROOT, ": %,d lines", run.lines());
            }
            String counts = String.format(Locale.ROOT, ": %,d of %,d lines", run.lines(), total.getAsLong());
            if (linesPerSecond < 1) {
                return counts;
            }
            long secondsLeft = Math.round((total.getAsLong() - run.lines()) / linesPerSecond);
            return counts
                    + String.format(Locale.ROOT, ", %,.0f a second, about %d s left", linesPerSecond, secondsLeft);
        }
    }
}

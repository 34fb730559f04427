package dev.tidemark.cli;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on stderr how far a backfill has got: its windows, and the records in them. */
interface BackfillProgress extends AutoCloseable {

    /** @param backfill the backfill as it is now */
    void show(BackfillDocument backfill);

    @Override
    void close();

    /** @param kind null leaves the choice to the terminal: a bar where a person looks, plain lines elsewhere */
    static BackfillProgress of(Progress.Kind kind, Terminal terminal) {
        Progress.Kind chosen = kind != null ? kind : terminal.errIsTerminal() ? Progress.Kind.BAR : Progress.Kind.PLAIN;
        return switch (chosen) {
            case NONE -> new Silent();
            case BAR -> new Bar(terminal.err());
            case PLAIN, JSON -> new Lines(terminal.err(), chosen == Progress.Kind.JSON);
        };
    }

    final class Silent implements BackfillProgress {
        @Override
        public void show(BackfillDocument backfill) {}

        @Override
        public void close() {}
    }

    /** A line whenever a window has ended or the state has changed, for people or for programs. */
    final class Lines implements BackfillProgress {
        private final PrintStream err;
        private final boolean json;
        private String last = "";

        Lines(PrintStream err, boolean json) {
            this.err = err;
            this.json = json;
        }

        @Override
        public void show(BackfillDocument backfill) {
            String state = backfill.state() + backfill.json().path("progress");
            if (state.equals(last)) {
                return;
            }
            last = state;
            err.println(json ? jsonLine(backfill) : plainLine(backfill));
        }

        private static String jsonLine(BackfillDocument backfill) {
            return "{\"backfill_id\":\"" + backfill.text("/backfill_id").orElse("") + "\",\"state\":\""
                    + backfill.state() + "\",\"windows\":" + backfill.windows("windows") + ",\"ended\":"
                    + backfill.windowsEnded() + ",\"running\":" + backfill.windows("running") + ",\"records\":"
                    + backfill.records() + "}";
        }

        private static String plainLine(BackfillDocument backfill) {
            return "tidemark: " + backfill.state() + ": "
                    + String.format(
                            Locale.ROOT,
                            "%,d of %,d windows, %,d records%s",
                            backfill.windowsEnded(),
                            backfill.windows("windows"),
                            backfill.records(),
                            incomplete(backfill));
        }

        @Override
        public void close() {}
    }

    /** A bar with a step for each window, and the records behind it. */
    final class Bar implements BackfillProgress {
        private final ProgressBar bar;

        Bar(PrintStream err) {
            bar = new ProgressBarBuilder()
                    .setTaskName("backfill")
                    .setInitialMax(-1)
                    .setUnit(" windows", 1)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUpdateIntervalMillis(200)
                    .setConsumer(new ConsoleProgressBarConsumer(err, 110))
                    .build();
        }

        @Override
        public void show(BackfillDocument backfill) {
            bar.maxHint(backfill.windows("windows"));
            bar.stepTo(backfill.windowsEnded());
            bar.setExtraMessage(String.format(Locale.ROOT, " %,d records%s", backfill.records(), incomplete(backfill)));
            bar.refresh();
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private static String incomplete(BackfillDocument backfill) {
        long windows = backfill.windows("partial") + backfill.windows("failed");
        return windows == 0 ? "" : String.format(Locale.ROOT, ", %,d windows not complete", windows);
    }
}

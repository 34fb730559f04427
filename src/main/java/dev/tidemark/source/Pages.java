package dev.tidemark.source;

import dev.tidemark.archive.Archive;
import dev.tidemark.archive.ArchivedFile;
import dev.tidemark.run.Ledger;
import dev.tidemark.run.Run;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What the routes of {@code 2-fetch-pages.camel.yaml} need of a run's pages, whatever their source. Thread-safe. */
public final class Pages {
    private final Archive archive;
    private final Ledger ledger;

    public Pages(Archive archive, Ledger ledger) {
        this.archive = archive;
        this.ledger = ledger;
    }

    /** The outcome of fixing the window, for {@code sync-complete-step}. */
    public Map<String, Object> opened() {
        return Map.of("next_status", "downloading");
    }

    /** Opens the pages of a run; see {@link PageFile#open}. */
    public PageFile open(Run run, List<Map<String, Object>> committed) throws IOException {
        return PageFile.open(run, archive.path(run), committed);
    }

    /** Appends a page; values of {@code sql/load/record_page.sql}. */
    public Map<String, Object> commit(Run run, PageFile pages, Page page) throws IOException {
        return ledger.of(run, pages.append(page));
    }

    /** The run after a page was committed: the source works, so what failed before no longer counts. */
    public Run renewed(Run run) {
        return run.with(Map.of("attempts", 0));
    }

    /** Values of {@code sql/ledger/record_result.sql}. */
    public Map<String, Object> result(Run run, PageFile pages) {
        return ledger.of(run, pages.result());
    }

    /** The run with what {@link #result} wrote. */
    public Run ended(Run run, PageFile pages) {
        return run.with(pages.result());
    }

    /** Puts the pages together to the run's file, counted as a download is. */
    public ArchivedFile gathered(Run run, PageFile pages) throws IOException {
        return archive.receive(run, pages.content());
    }
}

package dev.tidemark.stories;

/** The simulated shop as a story sees it: it changes orders, plants faults and answers with the truth. */
final class Shop {
    private final String url;

    Shop(String url) {
        this.url = url;
    }

    void loadTruth(Sql sql) {
        sql.run("truncate truth.order_version, truth.line_version");
    }

    void fault(String fault) {
    }

    void mend() {
    }

    void edit(int orders) {
    }

    void removeLines(int orders) {
    }

    void freezeClock() {
    }

    int operations() {
        return 0;
    }
}

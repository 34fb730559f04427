package dev.tidemark.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bulk query as {@code streams/shopify-orders.yaml} declares it, without a window. */
final class StreamQuery {

    private static final String BEGIN = "query: |\n";

    private StreamQuery() {}

    static String read(Path streams) throws IOException {
        String declaration = Files.readString(streams.resolve("shopify-orders.yaml"));
        int begin = declaration.indexOf(BEGIN);
        // The block ends where the next key stands at the margin.
        String block = declaration.substring(begin + BEGIN.length()).split("\n(?=\\S)", 2)[0];
        return block.replace("{{window}}", "");
    }
}

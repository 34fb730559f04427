package dev.tidemark.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes: data to {@link #out()}, everything else to {@link #err()}.
 *
 * @param outIsTerminal whether a person reads the data; decides between text and JSON
 * @param errIsTerminal whether a person reads the rest; decides whether a bar may be drawn
 */
record Terminal(PrintStream out, PrintStream err, boolean outIsTerminal, boolean errIsTerminal) {

    /** The process's own streams, in UTF-8 whatever the locale says. */
    static Terminal ofProcess() {
        return new Terminal(
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isTerminal("stdout"),
                isTerminal("stderr"));
    }

    /** The launcher tells, because System.console() means different things on different releases of Java. */
    private static boolean isTerminal(String stream) {
        return Boolean.getBoolean("tidemark." + stream + ".terminal");
    }

    /** A line for the person at the screen, never data. */
    void say(String line) {
        err.println(line);
    }
}

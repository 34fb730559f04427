package dev.tidemark.stories;

import dev.tidemark.run.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Halts the JVM between two nodes of a route: no shutdown hook runs, nothing is closed, nobody is told. It is found on the
 * class path of the processes that a story wants to die, and only there.
 */
public final class HaltInside implements Engine.Customizer {
    /** {@code before|after}, the node's id or the endpoint it sends to, and the occurrence: {@code before direct:sync-load 1}. */
    static final String VARIABLE = "STORY_HALT";

    static final int EXIT_CODE = 137;

    /** What to put on the class path of a process that is to halt: this class, and the file that names it. */
    static List<Path> overlayIn(Path directory) {
        Path overlay = directory.resolve("halt-inside");
        Path services = overlay.resolve("META-INF/services/" + Engine.Customizer.class.getName());
        try {
            Files.createDirectories(services.getParent());
            Files.writeString(services, HaltInside.class.getName() + "\n");
            Path classes = Path.of(HaltInside.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return List.of(overlay, classes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void customize(CamelContext context) {
        String[] place = System.getenv(VARIABLE).split(" ");
        context.getCamelContextExtension()
                .addInterceptStrategy(new Halt(place[0].equals("before"), place[1], Integer.parseInt(place[2])));
    }

    /** Wraps the one node. */
    static final class Halt implements InterceptStrategy {
        private final boolean before;
        private final String node;
        private final int occurrence;
        private final AtomicInteger passed = new AtomicInteger();

        Halt(boolean before, String node, int occurrence) {
            this.before = before;
            this.node = node;
            this.occurrence = occurrence;
        }

        @Override
        public Processor wrapProcessorInInterceptors(
                CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
            if (!node.equals(definition.getId()) && !definition.getLabel().equals("to[" + node + "]")) {
                return target;
            }
            return new DelegateAsyncProcessor(target) {
                @Override
                public boolean process(Exchange exchange, AsyncCallback callback) {
                    boolean now = passed.incrementAndGet() == occurrence;
                    if (now && before) {
                        Runtime.getRuntime().halt(EXIT_CODE);
                    }
                    return super.process(exchange, doneSync -> {
                        if (now) {
                            Runtime.getRuntime().halt(EXIT_CODE);
                        }
                        callback.done(doneSync);
                    });
                }
            };
        }
    }
}

package dev.tidemark.load;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Adds the outcomes of the splitter's chunks to the tally that the split exchange came with. A chunk that failed ends the
 * split with its exception: this is used with {@code shareUnitOfWork} and {@code stopOnException} only.
 */
public final class TallyStrategy implements AggregationStrategy {

    @Override
    public Exchange aggregate(Exchange sum, Exchange chunk, Exchange split) {
        Exchange result = sum == null ? chunk : sum;
        if (chunk.getException() != null) {
            result.setException(chunk.getException());
            return result;
        }
        Tally before = (sum == null ? split : sum).getMessage().getBody(Tally.class);
        result.getMessage().setBody(before.plus(chunk.getMessage().getBody(ChunkOutcome.class)));
        return result;
    }

    @Override
    public Exchange aggregate(Exchange sum, Exchange chunk) {
        throw new UnsupportedOperationException("The tally begins with the split exchange's own");
    }
}

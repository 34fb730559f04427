package dev.tidemark.simulator.webhook;

import java.util.function.Supplier;

/**
 * Something that happened and that a webhook may tell of.
 *
 * @param topic as the vendor writes it in headers: {@code orders/updated}
 * @param record what it is about, for the truth: {@code orders:17}
 * @param happenedAt milliseconds of the shop's clock
 * @param body the same bytes whenever it is asked; asked for when it is sent, since a hundred thousand may wait
 */
public record Event(Source source, String topic, String record, long happenedAt, Supplier<byte[]> body) {}

package dev.tidemark.source;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** The clock of a source, as an answer's {@code Date} header tells it in whole seconds. */
public final class HttpDate {
    private HttpDate() {}

    /** @param header the header's text, or null; empty is given for anything that is no date */
    public static Optional<Instant> read(String header) {
        try {
            return Optional.ofNullable(header)
                    .map(date -> ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}

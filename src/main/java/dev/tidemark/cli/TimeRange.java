package dev.tidemark.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options {@code --from} and {@code --to}: a closed-open range of time; an end that is not given is open. */
final class TimeRange {
    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "Only runs that read the source at or after this time (2026-03-01 or 2026-03-01T06:00:00Z).")
    private Instant from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "Only runs that read the source before this time.")
    private Instant to;

    Optional<Instant> from() {
        return Optional.ofNullable(from);
    }

    Optional<Instant> to() {
        return Optional.ofNullable(to);
    }

    boolean isGiven() {
        return from != null || to != null;
    }

    /** @throws CommandFailure when the range ends before it begins */
    void requireOrder() {
        if (from != null && to != null && !from.isBefore(to)) {
            throw new CommandFailure(ExitCode.USAGE, "--from " + from + " must be before --to " + to + ".");
        }
    }

    boolean contains(Instant moment) {
        return (from == null || !moment.isBefore(from)) && (to == null || moment.isBefore(to));
    }

    /** A day, which begins at midnight UTC, or a moment with its offset. */
    static final class Moment implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                return text.matches("\\d{4}-\\d{2}-\\d{2}")
                        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + text + "' is no time such as 2026-03-01 or 2026-03-01T06:00:00Z");
            }
        }
    }
}

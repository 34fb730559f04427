package dev.tidemark.simulator;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The vendor's search syntax: {@code updated_at:>='2026-01-01T00:00:00Z' AND (status:open OR -tag:x)}.
 *
 * <p>Its traps are kept: an unknown field matches everything and only warns, a value that cannot be read matches nothing, and
 * an unquoted time loses its time part and means the day in the shop's zone.
 *
 * @param <S> what is searched
 */
final class SearchFilter<S> {
    private static final Pattern TOKEN = Pattern.compile("\\s*(\\(|\\)|(?:[^\\s()'\"]|'[^']*'|\"[^\"]*\")+)");
    private static final Pattern TERM = Pattern.compile("(\\w+):(>=|<=|>|<)?(.*)", Pattern.DOTALL);
    private static final long DAY_MILLIS = 86_400_000;

    /** What can be searched: the field's name and how to read it. */
    static final class Fields<S> {
        private final Map<String, ToLongFunction<S>> times = new LinkedHashMap<>();
        private final Set<String> wholeDays = new HashSet<>();
        private final Map<String, ToLongFunction<S>> numbers = new LinkedHashMap<>();
        private final Map<String, Function<S, String>> texts = new LinkedHashMap<>();
        private final Map<String, Predicate<String>> accepted = new LinkedHashMap<>();

        Fields<S> time(String name, ToLongFunction<S> millis) {
            times.put(name, millis);
            return this;
        }

        /** A time of which only the day in the shop's zone is compared, whatever is asked for. */
        Fields<S> day(String name, ToLongFunction<S> millis) {
            wholeDays.add(name);
            return time(name, millis);
        }

        Fields<S> number(String name, ToLongFunction<S> read) {
            numbers.put(name, read);
            return this;
        }

        Fields<S> text(String name, Function<S, String> read) {
            return text(name, read, value -> true);
        }

        Fields<S> text(String name, Function<S, String> read, Predicate<String> accepts) {
            texts.put(name, read);
            accepted.put(name, accepts);
            return this;
        }
    }

    /** Why a part of the query does not do what it seems to. */
    record Warning(String field, String message, String code) {}

    private final Fields<S> fields;
    private final ZoneId shopZone;
    private final boolean wholeSeconds;
    private final List<Warning> warnings = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private int next;
    private long updatedAtLeast = Long.MIN_VALUE;
    private final Predicate<S> matches;

    /**
     * @param wholeSeconds from 2026-10 on stored times are compared by their second, so {@code >T} leaves out all of T's
     *     second; before, fractions of that second still counted as later
     */
    SearchFilter(String query, Fields<S> fields, ZoneId shopZone, boolean wholeSeconds) {
        this.fields = fields;
        this.shopZone = shopZone;
        this.wholeSeconds = wholeSeconds;
        Matcher token = TOKEN.matcher(query);
        while (token.lookingAt()) {
            tokens.add(token.group(1));
            token.region(token.end(), query.length());
        }
        this.matches = tokens.isEmpty() ? subject -> true : anyOf();
    }

    boolean matches(S subject) {
        return matches.test(subject);
    }

    List<Warning> warnings() {
        return warnings;
    }

    /** No subject updated before this (milliseconds) can match; a cheap way to pass over most. */
    long updatedAtLeast() {
        return updatedAtLeast;
    }

    private Predicate<S> anyOf() {
        Predicate<S> all = allOf();
        while (isNext("OR")) {
            next++;
            Predicate<S> other = allOf();
            Predicate<S> one = all;
            all = subject -> one.test(subject) || other.test(subject);
            updatedAtLeast = Long.MIN_VALUE;
        }
        return all;
    }

    private Predicate<S> allOf() {
        Predicate<S> all = one();
        while (next < tokens.size() && !isNext("OR") && !isNext(")")) {
            if (isNext("AND")) {
                next++;
            }
            all = all.and(one());
        }
        return all;
    }

    private Predicate<S> one() {
        if (next >= tokens.size()) {
            return subject -> true;
        }
        String token = tokens.get(next++);
        if (token.equals("NOT")) {
            return not(one());
        }
        if (token.equals("(")) {
            Predicate<S> inner = anyOf();
            if (isNext(")")) {
                next++;
            }
            return inner;
        }
        return token.startsWith("-") ? not(term(token.substring(1))) : term(token);
    }

    private Predicate<S> not(Predicate<S> inner) {
        updatedAtLeast = Long.MIN_VALUE;
        return inner.negate();
    }

    private boolean isNext(String token) {
        return next < tokens.size() && tokens.get(next).equals(token);
    }

    private Predicate<S> term(String token) {
        Matcher term = TERM.matcher(token);
        if (!term.matches()) {
            return subject -> true;
        }
        String field = term.group(1);
        String comparator = term.group(2) == null ? "" : term.group(2);
        String value = term.group(3);
        if (fields.times.containsKey(field)) {
            return timeTerm(field, comparator, value);
        }
        if (fields.numbers.containsKey(field)) {
            return numberTerm(field, comparator, unquoted(value));
        }
        if (fields.texts.containsKey(field)) {
            return textTerm(field, unquoted(value));
        }
        warnings.add(new Warning(field, "Invalid search field for this query.", "invalid_field"));
        return subject -> true;
    }

    private Predicate<S> timeTerm(String field, String comparator, String value) {
        boolean quoted = !unquoted(value).equals(value);
        Optional<Instant> instant = quoted ? instantIn(unquoted(value)) : Optional.empty();
        Optional<LocalDate> day = instant.isPresent() ? Optional.empty() : dayIn(unquoted(value));
        if (instant.isEmpty() && day.isEmpty()) {
            return invalid(field, value);
        }
        if (fields.wholeDays.contains(field)) {
            return dayTerm(field, comparator, day.orElseGet(() -> instant.get()
                    .atZone(shopZone)
                    .toLocalDate()));
        }
        long from = instant.orElseGet(() -> day.get().atStartOfDay(shopZone).toInstant())
                .toEpochMilli();
        long length = day.isPresent() ? DAY_MILLIS : 1_000;
        ToLongFunction<S> read = fields.times.get(field);
        ToLongFunction<S> time =
                wholeSeconds ? subject -> Math.floorDiv(read.applyAsLong(subject), 1_000L) * 1_000 : read;
        if (field.equals("updated_at") && comparator.startsWith(">")) {
            updatedAtLeast = Math.max(updatedAtLeast, from);
        }
        return switch (comparator) {
            case ">=" -> subject -> time.applyAsLong(subject) >= from;
            case ">" -> subject -> time.applyAsLong(subject) > from;
            case "<" -> subject -> time.applyAsLong(subject) < from;
            case "<=" -> subject -> time.applyAsLong(subject) <= from;
            default -> subject -> time.applyAsLong(subject) >= from && time.applyAsLong(subject) < from + length;
        };
    }

    private Predicate<S> dayTerm(String field, String comparator, LocalDate day) {
        long from = day.atStartOfDay(shopZone).toInstant().toEpochMilli();
        long until = day.plusDays(1).atStartOfDay(shopZone).toInstant().toEpochMilli();
        ToLongFunction<S> time = fields.times.get(field);
        if (field.equals("updated_at") && comparator.startsWith(">")) {
            updatedAtLeast = Math.max(updatedAtLeast, from);
        }
        return switch (comparator) {
            case ">=" -> subject -> time.applyAsLong(subject) >= from;
            case ">" -> subject -> time.applyAsLong(subject) >= until;
            case "<" -> subject -> time.applyAsLong(subject) < from;
            case "<=" -> subject -> time.applyAsLong(subject) < until;
            default -> subject -> time.applyAsLong(subject) >= from && time.applyAsLong(subject) < until;
        };
    }

    private Predicate<S> numberTerm(String field, String comparator, String value) {
        String digits = value.substring(value.lastIndexOf('/') + 1);
        if (!digits.matches("\\d{1,18}")) {
            return invalid(field, value);
        }
        long wanted = Long.parseLong(digits);
        ToLongFunction<S> read = fields.numbers.get(field);
        return switch (comparator) {
            case ">=" -> subject -> read.applyAsLong(subject) >= wanted;
            case ">" -> subject -> read.applyAsLong(subject) > wanted;
            case "<" -> subject -> read.applyAsLong(subject) < wanted;
            case "<=" -> subject -> read.applyAsLong(subject) <= wanted;
            default -> subject -> read.applyAsLong(subject) == wanted;
        };
    }

    private Predicate<S> textTerm(String field, String value) {
        if (!fields.accepted.get(field).test(value)) {
            return invalid(field, value);
        }
        Function<S, String> read = fields.texts.get(field);
        return value.equals("*") || value.equals("any")
                ? subject -> true
                : subject -> value.equalsIgnoreCase(read.apply(subject));
    }

    private Predicate<S> invalid(String field, String value) {
        warnings.add(new Warning(
                field, "Input `" + unquoted(value) + "` is not an accepted `" + field + "`.", "invalid_value"));
        return subject -> false;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2
                && (value.charAt(0) == '\'' || value.charAt(0) == '"')
                && value.charAt(0) == value.charAt(value.length() - 1);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static Optional<Instant> instantIn(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException notATime) {
            return Optional.empty();
        }
    }

    private static Optional<LocalDate> dayIn(String text) {
        try {
            return Optional.of(LocalDate.parse(text.substring(0, Math.min(10, text.length()))));
        } catch (DateTimeParseException notADay) {
            return Optional.empty();
        }
    }
}

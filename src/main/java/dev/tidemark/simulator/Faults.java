package dev.tidemark.simulator;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The faults in force, each with how often it may still strike. Thread-safe. */
public final class Faults {

    /** One fault in force. */
    public static final class Active {
        private final Fault fault;
        private final String argument;
        private final long limit;
        private final Set<Long> orders = new TreeSet<>();
        private long struck;

        Active(Fault fault, String argument, long limit) {
            this.fault = fault;
            this.argument = argument;
            this.limit = limit;
        }

        Fault fault() {
            return fault;
        }

        String argument() {
            return argument;
        }

        String argumentOr(String other) {
            return argument.isEmpty() ? other : argument;
        }

        /** The argument as a number; the other where there is none. */
        public long numberOr(long other) {
            return argument.matches("[+-]?\\d{1,18}") ? Long.parseLong(argument) : other;
        }

        synchronized long struck() {
            return struck;
        }

        /** How often it may still strike; -1 is without limit. */
        synchronized long left() {
            return limit == 0 ? -1 : limit - struck;
        }

        /** The records that a fault of {@link Fault.Form#COUNT} has chosen, and keeps. */
        synchronized Set<Long> orders() {
            return Set.copyOf(orders);
        }

        synchronized void choose(long order) {
            orders.add(order);
        }

        synchronized boolean strike() {
            if (limit > 0 && struck >= limit) {
                return false;
            }
            struck++;
            return true;
        }
    }

    private final List<Active> active = new CopyOnWriteArrayList<>();

    /**
     * Puts a fault in force, as written for {@code --fault}.
     *
     * @throws IllegalArgumentException when there is no such fault, with those there are, or a number is none
     */
    Active add(String text) {
        String[] parts = text.split(":", 2);
        Fault fault = Fault.named(parts[0])
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no fault " + parts[0] + "; there are: " + Fault.labels()));
        String rest = parts.length > 1 ? parts[1] : "";
        return switch (fault.form()) {
            case COUNT -> add(fault, rest.isEmpty() ? "1" : Long.toString(number(text, rest)), 0);
            case TIMES -> {
                String[] timesAndArgument = rest.split(":", 2);
                long times = timesAndArgument[0].isEmpty() ? 0 : number(text, timesAndArgument[0]);
                yield add(fault, timesAndArgument.length > 1 ? timesAndArgument[1] : "", times);
            }
            case ARG -> {
                // An argument may be a URL, so only a number after the last colon that follows no slash is the limit.
                int colon = rest.lastIndexOf(':');
                boolean limited = colon >= 0
                        && !rest.contains("//")
                        && rest.substring(colon + 1).matches("\\d{1,9}");
                yield limited
                        ? add(fault, rest.substring(0, colon), Long.parseLong(rest.substring(colon + 1)))
                        : add(fault, rest, 0);
            }
        };
    }

    /** Puts a fault in force; 0 times is without limit. */
    Active add(Fault fault, String argument, long times) {
        Active added = new Active(fault, argument, times);
        active.add(added);
        return added;
    }

    List<Active> all() {
        return List.copyOf(active);
    }

    void clear() {
        active.clear();
    }

    void remove(Fault fault) {
        active.removeIf(entry -> entry.fault() == fault);
    }

    /** The fault strikes now, when it is in force: counts towards its limit. */
    public Optional<Active> strike(Fault fault) {
        return strike(fault, entry -> true);
    }

    /** As {@link #strike(Fault)}, for those only that concern what is at hand. */
    public Optional<Active> strike(Fault fault, Predicate<Active> concerned) {
        return active.stream()
                .filter(entry -> entry.fault() == fault && concerned.test(entry) && entry.strike())
                .findFirst();
    }

    /** The fault, when it is in force, without counting. */
    Optional<Active> inForce(Fault fault) {
        return active.stream()
                .filter(entry -> entry.fault() == fault && entry.left() != 0)
                .findFirst();
    }

    private static long number(String text, String digits) {
        if (!digits.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("Fault " + text + ": " + digits + " is not a number");
        }
        return Long.parseLong(digits);
    }
}

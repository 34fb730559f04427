package dev.tidemark.simulator;

import java.util.List;
import java.util.Optional;

/** Which version of the API answers a request, and what differs between versions. Versions compare as text: {@code 2026-01}. */
final class ApiVersions {
    /** The oldest version that the vendor itself still supports; older ones are served only when they are offered by name. */
    private static final String OLDEST_SUPPORTED = "2026-01";

    private final List<String> offered;

    ApiVersions(List<String> offered) {
        this.offered = offered.stream().sorted().toList();
        this.offered.stream().filter(version -> !isVersion(version)).findFirst().ifPresent(wrong -> {
            throw new IllegalArgumentException("API version " + wrong + " is not of the form 2026-01");
        });
    }

    /**
     * Sunset versions fall forward to the oldest supported one; what is no version, or not yet one, is not found. A shop that
     * offers a single version answers everything by it.
     */
    Optional<String> serving(String requested) {
        boolean unstable = requested.equals("unstable");
        if (!unstable && !isVersion(requested)) {
            return Optional.empty();
        }
        if (unstable || offered.size() == 1) {
            return Optional.of(offered.get(offered.size() - 1));
        }
        if (offered.contains(requested)) {
            return Optional.of(requested);
        }
        return offered.stream()
                .filter(version -> version.compareTo(requested) > 0)
                .filter(version -> version.compareTo(OLDEST_SUPPORTED) >= 0)
                .findFirst();
    }

    /** The next later version on offer, or the same when there is none. */
    String after(String version) {
        return offered.stream()
                .filter(other -> other.compareTo(version) > 0)
                .findFirst()
                .orElse(version);
    }

    /** How many bulk queries of one app may run at a time. */
    static int bulkSlots(String version) {
        return version.compareTo("2026-01") >= 0 ? 5 : 1;
    }

    static boolean comparesWholeSeconds(String version) {
        return version.compareTo("2026-10") >= 0;
    }

    /** Before 2025-07 the client had no say and children always followed their parent. */
    static boolean alwaysGroups(String version) {
        return version.compareTo("2025-07") < 0;
    }

    private static boolean isVersion(String text) {
        return text.matches("20\\d\\d-(01|04|07|10)");
    }
}

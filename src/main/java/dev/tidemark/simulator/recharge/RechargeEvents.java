package dev.tidemark.simulator.recharge;

import dev.tidemark.simulator.webhook.Event;
import dev.tidemark.simulator.webhook.Source;
import dev.tidemark.simulator.webhook.Webhooks;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Which topics a change to the app's records is told under, and what they say: its version as it was then. */
final class RechargeEvents implements RechargeRecords.Listener {
    private final Webhooks webhooks;

    RechargeEvents(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Override
    public void changed(Kind kind, Optional<Entry> before, Entry after) {
        if (after.isDeleted()) {
            tell(kind, "deleted", after);
            return;
        }
        tell(kind, before.isEmpty() ? "created" : "updated", after);
        String status = status(after);
        if (before.isPresent() && !status(before.get()).equals(status)) {
            ofStatus(kind, status).ifPresent(what -> tell(kind, what, after));
        }
    }

    private static Optional<String> ofStatus(Kind kind, String status) {
        String what = kind.singular() + " " + status;
        return switch (what) {
            case "subscription cancelled" -> Optional.of("cancelled");
            case "subscription active" -> Optional.of("activated");
            case "charge success" -> Optional.of("paid");
            case "charge error" -> Optional.of("failed");
            case "charge refunded", "charge partially_refunded" -> Optional.of("refunded");
            case "order success" -> Optional.of("processed");
            default -> Optional.empty();
        };
    }

    private static String status(Entry entry) {
        return String.valueOf(entry.values().get("status"));
    }

    private void tell(Kind kind, String what, Entry entry) {
        Optional<Entry> told = Optional.of(entry).filter(version -> !version.isDeleted());
        webhooks.publish(new Event(
                Source.RECHARGE,
                kind.singular() + "/" + what,
                kind.plural() + ":" + entry.id(),
                entry.committedMillis(),
                () -> WebhookJson.of(kind, entry.id(), told).toString().getBytes(StandardCharsets.UTF_8)));
    }
}

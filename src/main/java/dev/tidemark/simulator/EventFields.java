package dev.tidemark.simulator;

import java.util.Locale;

/** The fields of events. */
final class EventFields {
    private EventFields() {}

    static void describe(ShopTypes types) {
        types.event
                .value("id", (event, out) -> out.gid(Gid.BASIC_EVENT, event.id()))
                .value("action", (event, out) -> out.text(event.action()))
                .value("createdAt", (event, out) -> out.time(event.createdAt()))
                .value(
                        "message",
                        (event, out) -> out.text("Someone deleted a "
                                + event.subjectType().toLowerCase(Locale.ROOT).replace('_', ' ') + "."))
                .value("subjectId", (event, out) -> out.gid(event.subjectKind(), event.subjectId()))
                .value("subjectType", (event, out) -> out.text(event.subjectType()));
    }
}

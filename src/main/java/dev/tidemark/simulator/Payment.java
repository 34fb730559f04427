package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A transaction of an order: money that came, was set aside, or went back. Everything about it follows from the order.
 *
 * @param processedAt 0 while it is pending
 * @param parent the transaction it takes from
 */
record Payment(
        Order order,
        long id,
        String kind,
        String status,
        String gateway,
        long amount,
        long createdAt,
        long processedAt,
        Optional<Payment> parent) {
    static final String GIFT_CARD = "gift_card";

    private static final Dice DICE = new Dice(1);
    private static final long FIRST_ID = 8_930_000_000_000_000L;
    private static final long GIFT = 1_000;
    private static final int CAPTURE = 1;
    private static final int FROM_GIFT_CARD = 2;
    private static final int VOID = 3;
    private static final int FIRST_REFUND = 8;

    /** All of an order, by rising id. */
    static List<Payment> of(Order order) {
        List<Payment> payments = new ArrayList<>(2);
        long fromGiftCard = order.total() > 2 * GIFT && DICE.percent(5, order.number(), 1) ? GIFT : 0;
        Payment paid = paid(order, order.total() - fromGiftCard);
        paid.parent().ifPresent(payments::add);
        payments.add(paid);
        if (fromGiftCard > 0) {
            payments.add(new Payment(
                    order,
                    id(order, FROM_GIFT_CARD),
                    "SALE",
                    "SUCCESS",
                    GIFT_CARD,
                    fromGiftCard,
                    order.createdAt(),
                    order.createdAt(),
                    Optional.empty()));
        }
        if (order.cancelledAt() > 0 && order.refunds().isEmpty()) {
            payments.add(new Payment(
                    order,
                    id(order, VOID),
                    "VOID",
                    "SUCCESS",
                    paid.gateway(),
                    paid.amount(),
                    order.cancelledAt(),
                    order.cancelledAt(),
                    Optional.of(paid)));
        }
        for (Refund refund : order.refunds()) {
            payments.addAll(of(order, refund, paid));
        }
        return payments;
    }

    /** Those of one refund: one, or none when no money went back. */
    static List<Payment> ofRefund(Order order, Refund refund) {
        return of(order, refund, paid(order, order.total()));
    }

    private static List<Payment> of(Order order, Refund refund, Payment paid) {
        return refund.total() == 0
                ? List.of()
                : List.of(new Payment(
                        order,
                        id(order, FIRST_REFUND + refund.place()),
                        "REFUND",
                        "SUCCESS",
                        refund.gateway().isEmpty() ? paid.gateway() : refund.gateway(),
                        refund.total(),
                        refund.createdAt(),
                        refund.createdAt(),
                        Optional.of(paid)));
    }

    private static Payment paid(Order order, long amount) {
        int chance = DICE.below(100, order.number(), 2);
        String gateway = chance < 80 ? "shopify_payments" : chance < 95 ? "paypal" : "manual";
        boolean pending = order.financialStatus().equals("PENDING");
        long at = order.createdAt();
        if (pending || !DICE.percent(20, order.number(), 3)) {
            return new Payment(
                    order,
                    id(order, 0),
                    "SALE",
                    pending ? "PENDING" : "SUCCESS",
                    gateway,
                    amount,
                    at,
                    pending ? 0 : at,
                    Optional.empty());
        }
        Payment setAside =
                new Payment(order, id(order, 0), "AUTHORIZATION", "SUCCESS", gateway, amount, at, at, Optional.empty());
        long captured = Math.max(at + 60_000, order.closedAt());
        return new Payment(
                order,
                id(order, CAPTURE),
                "CAPTURE",
                "SUCCESS",
                gateway,
                amount,
                captured,
                captured,
                Optional.of(setAside));
    }

    private static long id(Order order, int slot) {
        return FIRST_ID + order.number() * 64 + slot;
    }
}

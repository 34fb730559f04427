package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * One object as the vendor's webhooks write it: numeric ids beside the global one, times with the offset of the shop's zone,
 * enumerations in lower case, money as text and as a set of both currencies.
 */
final class RestJson {
    private final ObjectNode node;

    RestJson(ObjectNode node) {
        this.node = node;
    }

    static RestJson object() {
        return new RestJson(JsonNodeFactory.instance.objectNode());
    }

    /** An object that begins with the record's number and its global id. */
    static RestJson of(Gid kind, long id) {
        return object().number("id", id).text("admin_graphql_api_id", kind.of(id));
    }

    ObjectNode node() {
        return node;
    }

    RestJson text(String name, String text) {
        node.put(name, text);
        return this;
    }

    /** Empty stands for none. */
    RestJson textOrNull(String name, String text) {
        return text.isEmpty() ? nothing(name) : text(name, text);
    }

    /** A value of an enumeration; empty stands for none. */
    RestJson lower(String name, String value) {
        return textOrNull(name, value.toLowerCase(Locale.ROOT));
    }

    RestJson nothing(String... names) {
        for (String name : names) {
            node.putNull(name);
        }
        return this;
    }

    RestJson flag(String name, boolean value) {
        node.put(name, value);
        return this;
    }

    RestJson number(String name, long number) {
        node.put(name, number);
        return this;
    }

    /** 0 stands for none. */
    RestJson numberOrNull(String name, long number) {
        return number == 0 ? nothing(name) : number(name, number);
    }

    RestJson texts(String name, List<String> texts) {
        texts.forEach(node.putArray(name)::add);
        return this;
    }

    RestJson numbers(String name, List<Long> numbers) {
        numbers.forEach(node.putArray(name)::add);
        return this;
    }

    RestJson objects(String name, List<ObjectNode> objects) {
        node.putArray(name).addAll(objects);
        return this;
    }

    RestJson none(String... names) {
        for (String name : names) {
            node.putArray(name);
        }
        return this;
    }

    RestJson child(String name, ObjectNode child) {
        node.set(name, child);
        return this;
    }

    /** Whole seconds; 0 stands for no time. */
    RestJson time(String name, long millis) {
        return millis == 0 ? nothing(name) : text(name, time(millis));
    }

    static String time(long millis) {
        return Instant.ofEpochSecond(Math.floorDiv(millis, 1_000))
                .atZone(OrderSearch.SHOP_ZONE)
                .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
    }

    /** An amount in the shop's currency, and beside it the set of both currencies. */
    RestJson money(String name, MoneyBag bag) {
        return amount(name, bag.shop()).set(name + "_set", bag);
    }

    RestJson set(String name, MoneyBag bag) {
        return set(name, bag.shop(), bag.paid());
    }

    RestJson set(String name, MoneyBag.Amount shop, MoneyBag.Amount paid) {
        ObjectNode set = node.putObject(name);
        set.set("shop_money", money(shop));
        set.set("presentment_money", money(paid));
        return this;
    }

    RestJson amount(String name, MoneyBag.Amount amount) {
        return text(name, decimal(amount));
    }

    private static ObjectNode money(MoneyBag.Amount amount) {
        return object().amount("amount", amount)
                .text("currency_code", amount.currency().code())
                .node();
    }

    private static String decimal(MoneyBag.Amount amount) {
        return BigDecimal.valueOf(amount.minor(), amount.currency().digits()).toPlainString();
    }
}

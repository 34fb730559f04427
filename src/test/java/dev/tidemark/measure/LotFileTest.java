package dev.tidemark.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of receipts, the good lines and the bad. */
class LotFileTest {
    private static final String HEADER = "lot_id,variant_id,received_at,quantity,unit_cost,currency";

    @TempDir
    private Path folder;

    @Test
    void every_bad_line_is_refused_with_its_number_and_the_others_are_taken() throws IOException {
        LotFile lots = csv("""
                %s,product_id,reference
                A,71,2026-03-01,10,2.50,EUR,7,"PO 1, ""first""\"

                B,gid://shopify/ProductVariant/72,2026-03-01T08:00:00+01:00,1,0,EUR,,
                C,71,2026-03-01,0,2.50,EUR,,
                D,71,2026-03-01,1,-2.50,EUR,,
                E,71,1 March,1,2.50,EUR,,
                F,71,2026-03-01T08:00:00,1,2.50,EUR,,
                G,71,2026-03-01,1,2.50,eur,,
                H,abc,2026-03-01,1,2.50,EUR,,
                ,71,2026-03-01,1,2.50,EUR,,
                I,71,2026-03-01,1,2.50
                J,71,2026-03-01,1,2.50,EUR,,"open
                A,71,2026-03-01,10,2.50,EUR,7,"PO 1, ""first""\"
                A,71,2026-03-01,11,2.50,EUR,7,
                K,71,2999-03-01,1,2.50,EUR,,
                """.formatted(HEADER));

        List<ObjectNode> good = lots.lotsByStore().get("acme");
        assertThat(good).extracting(lot -> lot.path("lot_id").asText()).containsExactly("A", "B");
        assertThat(good.get(0).path("reference").asText()).isEqualTo("PO 1, \"first\"");
        assertThat(good.get(1).path("variant_id").asLong()).isEqualTo(72);
        assertThat(lots.refusals())
                .extracting(LotFile.Refusal::line)
                .containsExactly(5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 15L, 16L);
        assertThat(lots.repeated()).isEqualTo(1);
        assertThat(lots.lines()).isEqualTo(14);
    }

    @Test
    void json_lines_may_have_numbers_and_name_their_store() throws IOException {
        LotFile lots = file("lots.jsonl", """
                {"store":"beta","lot_id":"A","variant_id":71,"received_at":"2026-03-01","quantity":10,"unit_cost":2.5,"currency":"EUR"}
                {"lot_id":"B","variant_id":"71","received_at":"2026-03-01","quantity":"10","unit_cost":"2.50","currency":"EUR"}
                {"lot_id":"C","colour":"red"}
                nonsense
                """, Optional.of("acme"));
        assertThat(lots.lotsByStore().get("beta").get(0).path("unit_cost").asText())
                .isEqualTo("2.5");
        assertThat(lots.lotsByStore().get("acme")).hasSize(1);
        assertThat(lots.refusals())
                .extracting(LotFile.Refusal::reason)
                .containsExactly("has an unknown member colour", "is not JSON");
    }

    @Test
    void a_line_without_a_store_is_refused() throws IOException {
        assertThat(file("lots.csv", HEADER + "\nA,71,2026-03-01,10,2.50,EUR\n", Optional.empty())
                        .refusals())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).contains("--store"));
    }

    @Test
    void a_header_that_does_not_fit_is_told_at_once() {
        assertThatThrownBy(() -> csv("lot_id,variant,received_at,quantity,unit_cost\n"))
                .isInstanceOf(LotFile.Unreadable.class)
                .hasMessageContaining("missing: currency, variant_id")
                .hasMessageContaining("unknown: variant");
        assertThatThrownBy(() -> file("lots.xlsx", "", Optional.empty())).hasMessageContaining(".csv or .jsonl");
    }

    private LotFile csv(String text) throws IOException {
        return file("lots.csv", text, Optional.of("acme"));
    }

    private LotFile file(String name, String text, Optional<String> store) throws IOException {
        return LotFile.read(Files.writeString(folder.resolve(name), text), store);
    }
}

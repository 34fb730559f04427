package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.settings.Property;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The pages say what the program does, no more and no less. */
class ReferencePagesTest {
    @Test
    void every_property_is_on_its_page_with_its_default_and_purpose() throws IOException {
        String page = Files.readString(Path.of("docs/reference/properties.md"));

        assertThat(Arrays.stream(Property.values()).map(ReferencePagesTest::row))
                .allSatisfy(row -> assertThat(page).contains(row));
    }

    @Test
    void no_page_names_a_property_that_does_not_exist() throws IOException {
        String known =
                Arrays.stream(Property.values()).map(Property::key).collect(Collectors.joining("\n", "\n", "\n"));
        Pattern name = Pattern.compile("`(tidemark\\.[a-z0-9.-]+)[`=]");
        for (Path page : new Path[] {
            Path.of("README.md"), Path.of("docs/reference/properties.md"), Path.of("docs/how-to/connect-a-store.md")
        }) {
            Matcher names = name.matcher(Files.readString(page));
            while (names.find()) {
                String key = names.group(1);
                if (!key.startsWith("tidemark.stores.") && !key.equals("tidemark.properties")) {
                    assertThat(known).as("%s names %s", page, key).contains("\n" + key + "\n");
                }
            }
        }
    }

    private static String row(Property property) {
        String value = property.defaultText().isEmpty() ? "" : "`" + property.defaultText() + "`";
        return "| `" + property.key() + "` | " + value + " | " + property.purpose() + " |";
    }
}

package dev.tidemark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tidemark.settings.Property;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The rules of the house, as checks. A rule that is only a wish is broken by the second person who does not know it; these
 * name every place at once. Why a rule exists stands at the rule or in {@code docs/decisions/}.
 */
class HouseRulesTest {
    private static final ProjectFiles JAVA = ProjectFiles.below("src/main/java", ".java");
    private static final ProjectFiles TESTS = ProjectFiles.below("src/test/java", ".java");
    private static final ProjectFiles SQL = ProjectFiles.below("sql", ".sql");
    private static final RouteModel ROUTES = RouteModel.of(ProjectFiles.below("routes", ".camel.yaml"));
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tidemark");

    // Routes

    @Test
    void every_route_has_an_id_by_convention_and_a_description() {
        none(RouteRules.idsAndDescriptions(ROUTES));
    }

    @Test
    void every_route_opens_with_in_out_and_if_it_fails() {
        none(RouteRules.openingLines(ROUTES));
    }

    @Test
    void every_direct_endpoint_has_one_consumer_of_its_name() {
        none(RouteRules.directEndpoints(ROUTES, JAVA));
    }

    @Test
    void every_circuit_breaker_throws_when_it_is_open() {
        none(RouteRules.breakersThrow(ROUTES));
    }

    @Test
    void every_split_has_a_form_that_cannot_lose_a_failure() {
        none(RouteRules.safeSplits(ROUTES));
    }

    @Test
    void no_step_loses_or_hides_work() {
        none(RouteRules.noForbiddenSteps(ROUTES));
    }

    @Test
    void no_endpoint_address_is_made_of_data() {
        none(RouteRules.noDataInAddresses(ROUTES));
    }

    @Test
    void every_choice_has_an_otherwise() {
        none(RouteRules.choicesHaveOtherwise(ROUTES));
    }

    @Test
    void no_file_that_passes_through_is_kept_in_memory() {
        none(RouteRules.filesPassOnce(ROUTES));
    }

    @Test
    void every_dead_letter_channel_lets_its_own_failure_through() {
        none(RouteRules.deadLettersThrow(ROUTES));
    }

    @Test
    void every_template_parameter_is_declared_and_given() {
        none(RouteRules.templateParameters(ROUTES, JAVA));
    }

    // SQL

    @Test
    void every_sql_file_says_what_it_is_for_what_goes_in_and_what_comes_out() {
        none(SqlRules.headers(SQL));
    }

    @Test
    void every_sql_file_is_named_by_verb_and_noun() {
        none(SqlRules.names(SQL));
    }

    @Test
    void every_sql_file_is_one_statement() {
        none(SqlRules.oneStatement(SQL));
    }

    @Test
    void no_sql_file_has_an_operator_that_becomes_a_parameter() {
        none(SqlRules.noStrayParameterMarks(SQL));
    }

    @Test
    void every_named_sql_file_exists_and_every_sql_file_is_named() {
        none(SqlRules.namedFilesExist(SQL, ROUTES, JAVA));
    }

    @Test
    void no_sql_is_written_in_a_route() {
        none(SqlRules.noSqlInRoutes(ROUTES));
    }

    @Test
    void no_sql_is_written_in_java() {
        none(SqlRules.noSqlInJava(JAVA));
    }

    // Java

    @Test
    void every_public_type_has_javadoc() {
        none(JavaRules.publicTypesHaveJavadoc(JAVA));
    }

    @Test
    void every_folder_is_a_feature_at_most_two_levels_deep() {
        none(JavaRules.foldersHaveMeaning(JAVA));
    }

    @Test
    void no_type_is_named_helper_or_the_like() {
        none(JavaRules.namesHaveMeaning(JAVA));
        none(JavaRules.namesHaveMeaning(TESTS));
    }

    @Test
    void no_test_sleeps() {
        none(JavaRules.noSleeps(TESTS));
    }

    @Test
    void no_test_is_disabled() {
        none(JavaRules.noDisabledTests(TESTS));
    }

    @Test
    void nothing_is_left_to_do() {
        none(JavaRules.nothingLeftToDo(JAVA));
        none(JavaRules.nothingLeftToDo(TESTS));
        none(JavaRules.nothingLeftToDo(SQL));
        none(JavaRules.nothingLeftToDo(ProjectFiles.below("routes", ".yaml")));
    }

    @Test
    void camel_is_known_only_where_it_is_needed() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.tidemark",
                        // The wiring of runs: starting and stopping routes, judging what a route threw.
                        "dev.tidemark.run..",
                        // The splitter's tally.
                        "dev.tidemark.load..",
                        // Exchanges in and out of HTTP.
                        "dev.tidemark.api..",
                        "dev.tidemark.webhook..",
                        // Health, metrics and the console are Camel's own.
                        "dev.tidemark.operations..",
                        // Asks a started engine for the object storage it opened, and waits for its end.
                        "dev.tidemark.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .check(CLASSES);
    }

    @Test
    void the_simulator_is_known_only_to_the_command_line() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tidemark.simulator..", "dev.tidemark.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.tidemark.simulator..")
                .check(CLASSES);
    }

    @Test
    void the_simulator_knows_nothing_of_what_it_tests() {
        noClasses()
                .that()
                .resideInAPackage("dev.tidemark.simulator..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tidemark.run..",
                        "dev.tidemark.load..",
                        "dev.tidemark.stream..",
                        "dev.tidemark.source..",
                        "dev.tidemark.archive..",
                        "dev.tidemark.measure..",
                        "dev.tidemark.api..",
                        "dev.tidemark.cli..")
                .check(CLASSES);
    }

    @Test
    void the_command_line_is_known_only_to_the_wiring() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tidemark", "dev.tidemark.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.tidemark.cli..", "picocli..")
                .check(CLASSES);
    }

    @Test
    void packages_do_not_depend_on_each_other_in_circles() {
        slices().matching("dev.tidemark.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothing_static_changes() {
        fields().that().areStatic().should().beFinal().check(CLASSES);
    }

    @Test
    void nothing_uses_reflection() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .check(CLASSES);
    }

    @Test
    void only_the_command_line_writes_to_the_screen() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tidemark", "dev.tidemark.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    // Documentation

    @Test
    void every_property_is_documented_and_nothing_else() {
        none(DocumentationRules.properties(
                Arrays.stream(Property.values()).map(Property::key).collect(Collectors.toSet()),
                ProjectFiles.text("docs/reference/properties.md")));
    }

    @Test
    void the_readme_names_every_command() {
        none(DocumentationRules.commands(
                ProjectFiles.below("src/main/java/dev/tidemark/cli", "Command.java"), ProjectFiles.text("README.md")));
    }

    private static void none(List<String> violations) {
        assertThat(violations)
                .as("%d violations:%n%s", violations.size(), String.join(System.lineSeparator(), violations))
                .isEmpty();
    }
}

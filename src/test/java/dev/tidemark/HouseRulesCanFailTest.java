package dev.tidemark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Breaks each house rule once: a rule that cannot fail protects nothing. */
class HouseRulesCanFailTest {
    private static final ProjectFiles NO_JAVA = ProjectFiles.of("None.java", "");

    @Test
    void a_route_that_keeps_the_rules_breaks_none() {
        RouteModel good = routes("""
                # In: body, a run.
                # Out: nothing.
                # If it fails: throws.
                - route:
                    id: sync-good
                    description: Does one thing
                    from:
                      uri: direct:sync-good
                      steps:
                        - choice:
                            when:
                              - simple: "${body} == null"
                                steps:
                                  - to: sql:classpath:sql/ledger/good.sql
                            otherwise:
                              steps:
                                - to: log:good
                """);

        assertThat(RouteRules.idsAndDescriptions(good)).isEmpty();
        assertThat(RouteRules.openingLines(good)).isEmpty();
        assertThat(RouteRules.directEndpoints(good, NO_JAVA)).isEmpty();
        assertThat(RouteRules.choicesHaveOtherwise(good)).isEmpty();
        assertThat(SqlRules.noSqlInRoutes(good)).isEmpty();
    }

    @Test
    void a_route_without_id_description_or_opening() {
        RouteModel bad = routes("""
                # In: something.
                - route:
                    id: doItAll
                    from:
                      uri: timer:tick
                """);

        assertThat(RouteRules.idsAndDescriptions(bad)).hasSize(2);
        assertThat(RouteRules.openingLines(bad)).hasSize(2);
    }

    @Test
    void a_comment_that_belongs_to_something_else_is_no_opening() {
        assertThat(RouteRules.openingLines(routes("""
                        # In: a. Out: b. If it fails: c.

                        - route:
                            id: sync-a
                            from:
                              uri: direct:sync-a
                        """))).hasSize(3);
    }

    @Test
    void a_direct_endpoint_with_two_consumers_another_name_or_none() {
        RouteModel bad = routes("""
                - route:
                    id: sync-a
                    from:
                      uri: direct:sync-a
                      steps:
                        - to: direct:sync-nowhere
                        - toD: direct:fetch-nobody-${variable.store}
                - route:
                    id: sync-b
                    from:
                      uri: direct:sync-a
                """);

        assertThat(RouteRules.directEndpoints(bad, ProjectFiles.of("A.java", "send(\"direct:sync-gone\")")))
                .hasSize(5)
                .anyMatch(violation -> violation.contains("direct:sync-a has 2 consumers"))
                .anyMatch(violation -> violation.contains("not named after the route"))
                .anyMatch(violation -> violation.contains("A.java: sends to direct:sync-gone"));
    }

    @Test
    void a_breaker_that_lets_the_route_continue() {
        assertThat(RouteRules.breakersThrow(steps("- circuitBreaker: {steps: [{to: 'log:a'}]}")))
                .hasSize(1);
        assertThat(RouteRules.breakersThrow(steps("- circuitBreaker: {resilience4jConfiguration: "
                        + "{throwExceptionWhenHalfOpenOrOpenState: false}}")))
                .hasSize(1);
        assertThat(RouteRules.breakersThrow(steps("- circuitBreaker: {resilience4jConfiguration: "
                        + "{throwExceptionWhenHalfOpenOrOpenState: true}}")))
                .isEmpty();
    }

    @Test
    void a_split_that_loses_a_failure() {
        assertThat(RouteRules.safeSplits(steps("- split: {simple: '${body}', aggregationStrategy: tally}")))
                .hasSize(1);
        assertThat(RouteRules.safeSplits(steps("- split: {aggregationStrategy: tally, shareUnitOfWork: true}")))
                .hasSize(1);
        assertThat(RouteRules.safeSplits(steps("- split: {simple: '${body}'}"))).isEmpty();
    }

    @Test
    void steps_and_endpoints_that_lose_work() {
        assertThat(RouteRules.noForbiddenSteps(steps("- wireTap: {uri: 'direct:a'}")))
                .hasSize(1);
        assertThat(RouteRules.noForbiddenSteps(steps("- aggregate: {completionTimeout: 5}")))
                .hasSize(1);
        assertThat(RouteRules.noForbiddenSteps(steps("- to: seda:inbox"))).hasSize(1);
    }

    @Test
    void an_address_made_of_data() {
        assertThat(RouteRules.noDataInAddresses(steps("- toD: '${body.callback}'")))
                .hasSize(1);
        assertThat(RouteRules.noDataInAddresses(steps("- toD: {uri: 'file:${header.name}'}")))
                .hasSize(1);
    }

    @Test
    void a_choice_without_otherwise() {
        assertThat(RouteRules.choicesHaveOtherwise(steps("- choice: {when: [{simple: '${body}', steps: []}]}")))
                .hasSize(1);
    }

    @Test
    void a_file_that_is_kept_between_two_steps() {
        assertThat(RouteRules.filesPassOnce(steps("- to: {uri: 'http:files', parameters: {disableStreamCache: true}}")))
                .hasSize(1);
    }

    @Test
    void a_dead_letter_channel_that_swallows() {
        assertThat(RouteRules.deadLettersThrow(routes("""
                        - errorHandler:
                            deadLetterChannel:
                              deadLetterUri: direct:dead
                        """))).hasSize(1);
    }

    @Test
    void template_parameters_that_are_undeclared_unused_or_not_given() {
        RouteModel template = routes("""
                - routeTemplate:
                    id: fetch
                    parameters: [{name: store}, {name: spare}]
                    route:
                      from:
                        uri: direct:fetch-{{store}}-{{shop}}-{{tidemark.known}}
                """);

        assertThat(RouteRules.templateParameters(template, ProjectFiles.of("A.java", """
                        templatedRoute("fetch").routeId("x").parameter("store", name(of(store))).parameter("other", "x");
                        """)))
                .hasSize(3);
    }

    @Test
    void sql_files_without_header_with_two_statements_or_stray_marks() {
        assertThat(SqlRules.headers(sql("select 1"))).hasSize(1);
        assertThat(SqlRules.headers(sql("-- What\n-- Out: x\n-- In: y\nselect 1")))
                .hasSize(1);
        assertThat(SqlRules.oneStatement(sql("delete from a; delete from b"))).hasSize(1);
        assertThat(SqlRules.oneStatement(sql("-- one; two\nselect ';'"))).isEmpty();
        assertThat(SqlRules.noStrayParameterMarks(sql("select a #>> '{b}'"))).hasSize(1);
        assertThat(SqlRules.noStrayParameterMarks(sql("select a ? 'b' where c = :#c")))
                .hasSize(1);
        assertThat(SqlRules.names(ProjectFiles.of("sql/ledger/stuff.sql", ""))).hasSize(1);
    }

    @Test
    void sql_files_that_are_missing_or_unused() {
        assertThat(SqlRules.namedFilesExist(
                        ProjectFiles.of("sql/ledger/end_run.sql", ""),
                        steps("- to: sql:classpath:sql/ledger/start_run.sql"),
                        NO_JAVA))
                .hasSize(2);
    }

    @Test
    void sql_in_a_route_or_in_java() {
        assertThat(SqlRules.noSqlInRoutes(steps("- to: 'sql:select 1'"))).hasSize(1);
        assertThat(SqlRules.noSqlInRoutes(steps("- setBody: {constant: 'Delete from orders'}")))
                .hasSize(1);
        assertThat(SqlRules.noSqlInJava(ProjectFiles.of("A.java", "q = \"select id \" + \"from orders\";")))
                .hasSize(1);
        assertThat(SqlRules.noSqlInJava(ProjectFiles.of("A.java", "q = \"\"\"\n  update orders\n  set a = 1\"\"\";")))
                .hasSize(1);
        assertThat(SqlRules.noSqlInJava(
                        ProjectFiles.of("A.java", "// select a from b\nint c = 'x'; /* insert into */")))
                .isEmpty();
    }

    @Test
    void java_without_javadoc_meaning_or_patience() {
        assertThat(JavaRules.publicTypesHaveJavadoc(java("import x;\n\n@Deprecated\npublic final class A {}")))
                .hasSize(1);
        assertThat(JavaRules.publicTypesHaveJavadoc(java("/** A. */\n@Deprecated\npublic final class A {}")))
                .isEmpty();
        assertThat(JavaRules.foldersHaveMeaning(ProjectFiles.of("src/main/java/dev/tidemark/run/impl/sql/A.java", "")))
                .hasSize(2);
        assertThat(JavaRules.namesHaveMeaning(java("final class Run" + "Helper {}")))
                .hasSize(1);
        assertThat(JavaRules.noSleeps(java("Thread" + ".sleep(10);"))).hasSize(1);
        assertThat(JavaRules.noDisabledTests(java("@" + "Disabled void a() {}")))
                .hasSize(1);
        assertThat(JavaRules.nothingLeftToDo(java("// TO" + "DO later"))).hasSize(1);
    }

    @Test
    void properties_and_commands_that_are_not_documented() {
        assertThat(DocumentationRules.properties(Set.of("tidemark.a"), "| `tidemark.b` | 1 | gone |"))
                .hasSize(2);
        assertThat(DocumentationRules.commands(
                        java("@Command(name = \"sync\") @Command(name = \"list\")"), "Nothing here"))
                .isEqualTo(List.of("README.md does not name the command sync"));
    }

    private static RouteModel routes(String yaml) {
        return RouteModel.of(ProjectFiles.of("routes/test.camel.yaml", yaml));
    }

    private static RouteModel steps(String step) {
        return routes("""
                - route:
                    id: sync-test
                    from:
                      uri: direct:sync-test
                      steps:
                        %s
                """.formatted(step));
    }

    private static ProjectFiles sql(String text) {
        return ProjectFiles.of("sql/ledger/test_rule.sql", text);
    }

    private static ProjectFiles java(String text) {
        return ProjectFiles.of("src/main/java/dev/tidemark/run/A.java", text);
    }
}

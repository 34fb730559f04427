package dev.tidemark.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code tidemark}: reads the configuration, runs a subcommand and returns the documented exit code. */
@Command(
        name = "tidemark",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = TidemarkCommand.Version.class,
        description = {
            "",
            "Pulls commerce data into PostgreSQL and can always say, truthfully, how far it has got:",
            "a watermark moves only after everything before it is committed or durably set aside.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 complete, 1 error, 2 usage, 3 partial, 4 run failed, 7 conflict,",
            "8 database or object storage away, 9 verify found a difference.",
            "",
            "Start here:",
            "  tidemark demo --once      the whole job on this machine, with a simulated shop",
            "  tidemark doctor           is everything set up for your store?",
            "  tidemark sync --store acme --stream shopify-orders --wait"
        })
public final class TidemarkCommand implements Runnable {

    /** The PostgreSQL driver logs by java.util.logging; kept here, or its level would be forgotten with it. */
    private static final java.util.logging.Logger DRIVER_LOG = java.util.logging.Logger.getLogger("org.postgresql");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description =
                    "Properties file. Default: TIDEMARK_CONFIG, or tidemark.properties in the working directory where "
                            + "there is one. Environment variables win over the file.")
    private Path config;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log more, and show the stack trace of a failure.")
    private boolean verbose;

    private final Surroundings surroundings;

    TidemarkCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * Runs a command line of this process.
     *
     * @param starter starts the application for the commands that need it
     * @param args as the process got them
     * @return the exit code; see {@code --help}
     */
    public static int run(Engine.Starter starter, String[] args) {
        return run(
                new Surroundings(
                        starter,
                        Terminal.ofProcess(),
                        System.getenv(),
                        Path.of("").toAbsolutePath()),
                args);
    }

    static int run(Surroundings surroundings, String... args) {
        TidemarkCommand root = new TidemarkCommand(surroundings);
        CommandLine line = new CommandLine(root)
                .addSubcommand(new DemoCommand(root))
                .addSubcommand(new ServeCommand(root))
                .addSubcommand(new SyncCommand(root))
                .addSubcommand(BackfillCommand.with(root))
                .addSubcommand(new ReingestCommand(root))
                .addSubcommand(new VerifyCommand(root))
                .addSubcommand(new ReconcileCommand(root))
                .addSubcommand(RunsCommand.with(root))
                .addSubcommand(WatermarkCommand.with(root))
                .addSubcommand(StreamsCommand.with(root))
                .addSubcommand(LotsCommand.with(root))
                .addSubcommand(new MigrateCommand(root))
                .addSubcommand(new DoctorCommand(root))
                .addSubcommand(new SimulatorCommand(root));
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(UUID.class, TidemarkCommand::uuid)
                .setUsageHelpAutoWidth(true)
                .setOut(new java.io.PrintWriter(surroundings.terminal().out(), true))
                .setErr(new java.io.PrintWriter(surroundings.terminal().err(), true))
                .setParameterExceptionHandler(root::onBadArguments)
                .setExecutionExceptionHandler(root::onFailure)
                .setExecutionStrategy(parsed -> {
                    root.setLogLevels(parsed);
                    return new CommandLine.RunLast().execute(parsed);
                });
        return line.execute(args);
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is no UUID");
        }
    }

    /** Without a subcommand there is nothing to do but to explain. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    Terminal terminal() {
        return surroundings.terminal();
    }

    Engine.Starter starter() {
        return surroundings.starter();
    }

    /**
     * The configuration of this invocation.
     *
     * @throws dev.tidemark.settings.InvalidSettings with every error
     */
    Settings settings() {
        return SettingsReader.read(configFile(), surroundings.environment());
    }

    /** The configuration of a command that cannot do without a database. */
    Settings settingsWithDatabase() {
        Settings settings = settings();
        if (settings.database().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "tidemark.database.url is not set; set it in tidemark.properties or as TIDEMARK_DATABASE_URL, "
                            + "such as jdbc:postgresql://localhost:5432/tidemark");
        }
        return settings;
    }

    private Map<String, String> configFile() {
        String named = surroundings.environment().get("TIDEMARK_CONFIG");
        Path usual = surroundings.workingDirectory().resolve("tidemark.properties");
        Path file = config != null ? config : named != null && !named.isBlank() ? Path.of(named) : usual;
        if (file.equals(usual) && !Files.exists(usual)) {
            return Map.of();
        }
        Properties properties = new Properties();
        try (Reader reader =
                Files.newBufferedReader(surroundings.workingDirectory().resolve(file), StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "The configuration file " + file + " cannot be read: "
                            + (Files.exists(surroundings.workingDirectory().resolve(file))
                                    ? e.getMessage()
                                    : "there is no such file"),
                    e);
        }
        Map<String, String> values = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        return values;
    }

    private int onBadArguments(ParameterException failure, String[] args) {
        terminal().say("tidemark: " + failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(
                failure, failure.getCommandLine().getErr());
        terminal().say("Try '" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE.number();
    }

    private int onFailure(Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
        terminal().say("tidemark: " + Failures.messageOf(failure));
        if (verbose) {
            failure.printStackTrace(terminal().err());
        }
        return Failures.exitCodeOf(failure).number();
    }

    /** A server logs what it does; at any other command the screen belongs to the command, which tells what failed. */
    private void setLogLevels(CommandLine.ParseResult parsed) {
        String command =
                parsed.hasSubcommand() ? parsed.subcommand().commandSpec().name() : "";
        boolean serves = command.equals("serve");
        setLogLevel("dev.tidemark", verbose ? Level.DEBUG : serves ? Level.INFO : Level.OFF);
        DRIVER_LOG.setLevel(verbose ? java.util.logging.Level.INFO : java.util.logging.Level.OFF);
        // The pool shows a stack trace for each connection that broke; that the database is away is said once,
        // elsewhere.
        setLogLevel("com.zaxxer.hikari", verbose ? Level.INFO : Level.ERROR);
        setLogLevel("org.apache.camel", verbose ? Level.INFO : serves ? Level.WARN : Level.OFF);
        setLogLevel(
                org.slf4j.Logger.ROOT_LOGGER_NAME,
                verbose ? Level.INFO : command.equals("demo") ? Level.ERROR : Level.WARN);
    }

    private static void setLogLevel(String name, Level level) {
        if (LoggerFactory.getLogger(name) instanceof Logger logger) {
            logger.setLevel(level);
        }
    }

    /** The version the build wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = TidemarkCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "tidemark " + (version == null ? "from classes" : version),
                "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"
            };
        }
    }
}

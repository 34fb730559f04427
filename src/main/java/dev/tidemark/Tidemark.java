package dev.tidemark;

import dev.tidemark.api.Api;
import dev.tidemark.archive.Archive;
import dev.tidemark.archive.DownloadAddress;
import dev.tidemark.archive.FileUpload;
import dev.tidemark.archive.ObjectStorage;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.cli.TidemarkCommand;
import dev.tidemark.erasure.Erasure;
import dev.tidemark.erasure.Redactions;
import dev.tidemark.letters.RetryFile;
import dev.tidemark.load.LoadRoutes;
import dev.tidemark.operations.Console;
import dev.tidemark.operations.Management;
import dev.tidemark.operations.Pools;
import dev.tidemark.run.Backfills;
import dev.tidemark.run.DependencyDown;
import dev.tidemark.run.Engine;
import dev.tidemark.run.Ledger;
import dev.tidemark.run.Outage;
import dev.tidemark.run.Switches;
import dev.tidemark.run.UnknownStream;
import dev.tidemark.run.Worker;
import dev.tidemark.settings.Settings;
import dev.tidemark.source.Pages;
import dev.tidemark.source.database.DatabaseTables;
import dev.tidemark.source.recharge.RechargePages;
import dev.tidemark.source.recharge.RechargeSubscriptions;
import dev.tidemark.source.shopify.ShopifyBulk;
import dev.tidemark.source.shopify.ShopifyPages;
import dev.tidemark.source.shopify.ShopifySubscriptions;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import dev.tidemark.webhook.IntakeMeters;
import dev.tidemark.webhook.Subscriptions;
import dev.tidemark.webhook.WebhookIntake;
import dev.tidemark.webhook.WebhookRoutes;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The application put together: the only place that knows every part. */
public final class Tidemark implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(Tidemark.class);
    private static final int SHUTDOWN_SECONDS = 10;
    /** Beans for each single step of the stores' routes took 170 MB with 200 stores; the routes themselves are always shown. */
    private static final int STORES_SHOWN_IN_DETAIL = 20;
    /** Steps that one process takes at the same time. */
    private static final int RUN_THREADS = 4;

    private static final List<String> ROUTES = List.of(
            "1-start",
            "2-fetch-shopify",
            "2-fetch-database",
            "2-fetch-pages",
            "3-load",
            "4-transform",
            "5-finish",
            "backfill",
            "reingest",
            "letters",
            "erasure",
            "reconcile",
            "errors",
            "telemetry",
            "queries",
            "lots");

    private final Main main;
    private final Pools pools;
    private final S3Client s3;
    private final Worker worker;
    private final boolean works;
    private final Optional<Console> console;
    private final ProducerTemplate producer;

    private Tidemark(Main main, Pools pools, S3Client s3, Worker worker, boolean works, Optional<Console> console) {
        this.main = main;
        this.pools = pools;
        this.s3 = s3;
        this.worker = worker;
        this.works = works;
        this.console = console;
        this.producer = main.getCamelContext().createProducerTemplate();
    }

    /** The command line; exit codes are documented in the README. */
    public static void main(String[] arguments) {
        System.exit(TidemarkCommand.run(Tidemark::start, arguments));
    }

    /** Starts an engine; the {@link Engine.Starter} of the command line and of tests. */
    public static Engine start(Settings settings, Role role) {
        Pools pools = Pools.open(settings, role instanceof Role.Serve);
        try {
            S3Client s3 = ObjectStorage.open(settings.s3());
            try {
                // Looking at runs must be possible while object storage is away.
                if (!(role instanceof Role.Query)) {
                    requireBucket(s3, settings.s3());
                }
                return start(settings, role, pools, s3);
            } catch (RuntimeException e) {
                s3.close();
                throw e;
            }
        } catch (RuntimeException e) {
            pools.close();
            throw e;
        }
    }

    private static Engine start(Settings settings, Role role, Pools pools, S3Client s3) {
        boolean serves = role instanceof Role.Serve;
        boolean works = !(role instanceof Role.Query);
        StreamCatalog catalog = StreamCatalog.load();
        refuseUnknownStreams(settings, catalog);
        Set<String> streams = Stream.concat(
                        catalog.streams().stream().map(StreamDeclaration::name), settings.tableStreams().stream())
                .collect(Collectors.toSet());
        Clock clock = Clock.systemUTC();
        Main main = new Main();
        Supplier<Set<String>> activeStreams =
                serves ? () -> new Switches(main.getCamelContext()).active(streams) : () -> streams;
        Worker worker = serves
                ? Worker.ofAnyRun(settings, activeStreams, RUN_THREADS)
                : Worker.ofGivenRuns(settings, activeStreams);
        if (role instanceof Role.Work work) {
            worker.carry(work.runId());
        }
        if (role instanceof Role.Backfill backfill) {
            worker.carryBackfill(backfill.backfillId());
        }
        Archive archive = new Archive(settings, s3);

        ShopifyBulk shopify = new ShopifyBulk(settings, catalog, clock);
        main.bind("shopifyPages", new ShopifyPages(catalog, shopify));
        main.bind("rechargePages", new RechargePages(settings, catalog, clock));
        main.setOverrideProperties(properties(settings, role, works));
        main.bind("dataSource", pools.runs());
        main.bind("measureDataSource", pools.measuring());
        main.bind("s3Client", s3);
        main.bind("settings", settings);
        main.bind("catalog", catalog);
        main.bind("worker", worker);
        Ledger ledger = new Ledger(settings, streams, names(catalog, StreamDeclaration::isReconcilable), clock);
        main.bind("ledger", ledger);
        main.bind("outage", new Outage(clock));
        main.bind("pages", new Pages(archive, ledger));
        main.bind("archive", archive);
        main.bind("fileUpload", new FileUpload(s3, settings.s3()));
        main.bind("redactions", new Redactions(pools.runs(), catalog, archive::path));
        main.bind("erasure", new Erasure(pools.runs(), s3, settings, catalog));
        main.bind(
                "retryFile",
                new RetryFile(
                        settings,
                        catalog,
                        archive,
                        new StoredArchives(s3, settings.s3().bucket())));
        main.bind("downloadAddress", new DownloadAddress(settings));
        main.bind("tables", new DatabaseTables(settings, s3));
        main.bind("shopify", shopify);
        main.bind("backfills", backfills(settings, catalog, shopify, worker, clock));
        if (serves) {
            Api.install(main, settings, clock);
            MeterRegistry meters = Management.install(main, settings, pools.runs(), s3, clock);
            main.bind("webhookDataSource", pools.intake().orElseThrow());
            main.bind("deliveryDataSource", pools.processing().orElseThrow());
            main.bind("webhookIntake", new WebhookIntake(settings, catalog, new IntakeMeters(meters), clock));
            main.configure().addRoutesBuilder(new WebhookRoutes(catalog));
            main.bind("subscriptions", new Subscriptions(settings, catalog, clock));
            main.bind("shopifySubscriptions", new ShopifySubscriptions());
            main.bind("rechargeSubscriptions", new RechargeSubscriptions(settings));
        }
        main.configure().addRoutesBuilder(declaredRoutes(settings, streams, serves));
        main.configure().addRoutesBuilder(new LoadRoutes(catalog));
        main.addMainListener(new org.apache.camel.main.MainListenerSupport() {
            @Override
            public void beforeConfigure(org.apache.camel.main.BaseMainSupport support) {
                CamelContext context = support.getCamelContext();
                context.getRegistry().bind("switches", new Switches(context));
                LoadRoutes.bind(context, settings, catalog, pools.runs());
                WebhookRoutes.bind(context, settings, catalog);
                ServiceLoader.load(Customizer.class).forEach(customizer -> customizer.customize(context));
            }
        });
        try {
            main.start();
            Optional<Console> console = serves ? Console.start(settings) : Optional.empty();
            return new Tidemark(main, pools, s3, worker, works, console);
        } catch (Exception e) {
            main.stop();
            throw new IllegalStateException("Tidemark could not start: " + e.getMessage(), e);
        }
    }

    private static Backfills backfills(
            Settings settings, StreamCatalog catalog, ShopifyBulk shopify, Worker worker, Clock clock) {
        return new Backfills(
                settings,
                catalog.streams().stream()
                        .collect(Collectors.toMap(StreamDeclaration::name, StreamDeclaration::source)),
                names(catalog, StreamDeclaration::isWindowed),
                names(catalog, stream -> stream.fetch().equals("bulk")),
                shopify.slots(),
                worker,
                clock);
    }

    private static Set<String> names(StreamCatalog catalog, Predicate<StreamDeclaration> kind) {
        return catalog.streams().stream()
                .filter(kind)
                .map(StreamDeclaration::name)
                .collect(Collectors.toSet());
    }

    private static Properties properties(Settings settings, Role role, boolean works) {
        boolean serves = role instanceof Role.Serve;
        boolean oneRun = role instanceof Role.Work;
        Properties properties = new Properties();
        String routes = Stream.concat(
                        ROUTES.stream(),
                        serves
                                ? Stream.of(
                                        "api",
                                        "api-letters",
                                        "operations",
                                        "webhooks-intake",
                                        "webhooks",
                                        "subscriptions")
                                : Stream.empty())
                .map(name -> "classpath:routes/" + name + ".camel.yaml")
                .collect(Collectors.joining(","));
        properties.setProperty("camel.main.routesIncludePattern", routes);
        // Applications of one name share a scheduler in one JVM, unless JMX tells them apart.
        properties.setProperty("camel.main.name", serves ? "tidemark" : "tidemark-" + UUID.randomUUID());
        properties.setProperty("camel.main.shutdownTimeout", String.valueOf(SHUTDOWN_SECONDS));
        properties.setProperty("camel.main.jmxEnabled", String.valueOf(serves));
        properties.setProperty(
                "camel.main.jmxManagementMBeansLevel",
                settings.stores().size() > STORES_SHOWN_IN_DETAIL ? "RoutesOnly" : "Default");
        properties.setProperty("camel.main.autoConfigurationLogSummary", "false");
        // Webhooks have connections of their own beside it, so that the component cannot guess.
        properties.setProperty("camel.component.sql.data-source", "#dataSource");
        properties.setProperty("tidemark.s3.bucket", settings.s3().bucket());
        properties.setProperty("engine.works", String.valueOf(works));
        properties.setProperty("engine.backfills", String.valueOf(works && !oneRun));
        properties.setProperty("engine.backfill-period", serves ? "1000" : "200");
        properties.setProperty("engine.subscription-period", "60000");
        properties.setProperty("engine.retention-period", "3600000");
        properties.setProperty("engine.serves", String.valueOf(serves));
        properties.setProperty(
                "engine.reconciles",
                String.valueOf(serves && settings.reconcile().schedule().isPresent()));
        properties.setProperty(
                "engine.reconcile-cron",
                settings.reconcile().schedule().orElse("0 0 3 ? * SUN").replace(' ', '+'));
        properties.setProperty("engine.run-threads", String.valueOf(oneRun ? 1 : RUN_THREADS));
        properties.setProperty("engine.dispatch-period", serves ? "250" : "50");
        properties.setProperty(
                "engine.heartbeat-period",
                String.valueOf(Math.max(50, settings.sync().lease().toMillis() / 4)));
        properties.setProperty(
                "engine.http-timeout", String.valueOf(settings.http().timeout().toMillis()));
        return properties;
    }

    /** One fetch route for every store, and the schedules where they are wanted. */
    private static RouteBuilder declaredRoutes(Settings settings, Set<String> streams, boolean serves) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                settings.stores().values().forEach(store -> store.shopify().ifPresent(shop -> templatedRoute(
                                "fetch-shopify")
                        .routeId("fetch-shopify-" + store.id())
                        .parameter("store", store.id())
                        .parameter(
                                "url",
                                shop.url() + "/admin/api/" + settings.shopify().apiVersion() + "/graphql.json")));
                settings.stores().values().forEach(store -> store.recharge()
                        .ifPresent(account -> templatedRoute("fetch-recharge")
                                .routeId("fetch-recharge-" + store.id())
                                .parameter("store", store.id())));
                if (serves) {
                    streams.forEach(stream -> templatedRoute("stream")
                            .routeId("stream-" + stream)
                            .parameter("stream", stream)
                            .parameter("cron", settings.sync().schedule(stream).replace(' ', '+')));
                }
            }
        };
    }

    /** A misspelt stream would be one that never runs. */
    private static void refuseUnknownStreams(Settings settings, StreamCatalog catalog) {
        settings.stores().values().forEach(store -> store.streams().forEach(stream -> {
            if (catalog.find(stream).isEmpty() && store.table(stream).isEmpty()) {
                throw new UnknownStream(
                        stream,
                        catalog.streams().stream().map(StreamDeclaration::name).toList());
            }
        }));
    }

    /** Finds the bucket or makes it. */
    private static void requireBucket(S3Client s3, Settings.S3 settings) {
        try {
            if (!exists(s3, settings.bucket())) {
                s3.createBucket(create -> create.bucket(settings.bucket()));
            }
        } catch (SdkException e) {
            // Where there are no credentials the SDK lists every place it looked in; the first words say it all.
            String said = String.valueOf(e.getMessage())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .replaceFirst("\\(credentialsProviders=.*", "");
            throw new DependencyDown(
                    "Object storage at "
                            + settings.endpoint().map(Object::toString).orElse("Amazon S3") + ", bucket "
                            + settings.bucket() + ", cannot be used: " + said,
                    e);
        }
    }

    private static boolean exists(S3Client s3, String bucket) {
        try {
            s3.headBucket(head -> head.bucket(bucket));
            return true;
        } catch (NoSuchBucketException e) {
            return false;
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public CamelContext camelContext() {
        return main.getCamelContext();
    }

    @Override
    public <T> T request(String route, Map<String, Object> body, Class<T> type) {
        try {
            return producer.requestBody("direct:" + route, body, type);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Takes no new step, lets those under way end for a while, and gives the leases back before the routes stop. */
    @Override
    public void close() {
        try {
            if (works) {
                main.getCamelContext()
                        .getRouteController()
                        .stopRoute("sync-dispatch", SHUTDOWN_SECONDS, TimeUnit.SECONDS);
                main.getCamelContext().getRouteController().stopRoute("sync-heartbeat");
                producer.requestBody("direct:sync-release", Map.of());
            }
        } catch (Exception e) {
            LOG.warn("The leases could not be given back; they run out by themselves", e);
        } finally {
            console.ifPresent(Console::close);
            main.stop();
            s3.close();
            pools.close();
        }
    }
}

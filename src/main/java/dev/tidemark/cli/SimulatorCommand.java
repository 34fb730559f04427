package dev.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.simulator.S3Server;
import dev.tidemark.simulator.Simulator;
import dev.tidemark.simulator.SimulatorOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A shop to try things on: the Admin API of a simulated store, and an S3 server where one is asked for. */
@Command(
        name = "simulator",
        mixinStandardHelpOptions = true,
        description = "Serve a simulated Shopify store, and an S3 server with it, until stopped.",
        footer = {
            "",
            "The same seed gives the same orders. When it listens, one line of JSON on stdout says where.",
            "The truth is under /_truth/, changes and faults go to /_control/ while it runs.",
            "",
            "Examples:",
            "  tidemark simulator --port 4010 --orders 5000 --s3-port 4011",
            "  tidemark simulator --port 4010 --api-version 2026-07 --fault throttled:3"
        })
final class SimulatorCommand implements Callable<Integer> {
    private static final int MOST_SHOPS = 1_000;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Address to listen on (${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", required = true, paramLabel = "P", description = "Port of the shop; 0 takes any.")
    private int port;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides everything random about the data (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--orders",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Orders at the start (${DEFAULT-VALUE}).")
    private long orders;

    @Option(
            names = "--same-second",
            paramLabel = "N",
            defaultValue = "0",
            description = "Orders, and customers, that share one update time (${DEFAULT-VALUE}).")
    private long sameSecond;

    @Option(
            names = "--restore-rate",
            paramLabel = "POINTS",
            defaultValue = "100",
            description = "Query points given back a second, 100 to 2000 by the vendor's plans (${DEFAULT-VALUE}).")
    private int restoreRate;

    @Option(names = "--s3-port", paramLabel = "P2", description = "Also serve S3 there; 0 takes any port.")
    private Integer s3Port;

    @Option(
            names = "--api-version",
            paramLabel = "V",
            description =
                    "Serve only this version of the API; others are answered by it. Default: all that are supported.")
    private String apiVersion;

    @Option(names = "--fault", paramLabel = "NAME[:ARG]", description = "A fault to show; may be given again.")
    private List<String> faults = List.of();

    @Option(names = "--token", paramLabel = "TOKEN", description = "The access token that is accepted.")
    private String token;

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "The shop's myshopify.com domain.")
    private String domain;

    @Option(
            names = "--shops",
            paramLabel = "N",
            defaultValue = "1",
            description = {
                "So many shops, each on the port after the one before (with --port 0, on any), with the seed after it and a",
                "domain of its own (${DEFAULT-VALUE}); one line of JSON for each."
            })
    private int shops;

    private final TidemarkCommand root;

    SimulatorCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        // Refused before anything is started.
        options(0);
        if (shops < 1 || shops > MOST_SHOPS) {
            throw new CommandFailure(ExitCode.USAGE, "--shops must be 1 to " + MOST_SHOPS + ", not " + shops + ".");
        }
        try {
            // A child process and a port, both gone with this process however it ends; the hook also tidies the disk.
            Optional<S3Server> s3 = s3Port == null ? Optional.empty() : Optional.of(S3Server.start(s3Port));
            // The shop's clock begins here, not while the S3 server was starting.
            List<Simulator> started = new CopyOnWriteArrayList<>();
            try (StopSignal stop = StopSignal.then(() -> {
                started.forEach(Simulator::close);
                s3.ifPresent(S3Server::close);
            })) {
                for (int place = 0; place < shops; place++) {
                    SimulatorOptions options = options(place);
                    started.add(Simulator.start(options));
                    announce(options, started.get(place), s3);
                }
                while (!stop.isGiven()) {
                    LockSupport.park();
                }
            }
            return ExitCode.COMPLETE.number();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.ERROR, e.getMessage(), e);
        }
    }

    private SimulatorOptions options(int place) {
        SimulatorOptions.Builder options = SimulatorOptions.builder()
                .host(host)
                .port(port == 0 ? 0 : port + place)
                .seed(seed + place);
        try {
            options.orders(orders).sameSecond(sameSecond).restoreRate(restoreRate);
            if (apiVersion != null) {
                options.apiVersions(apiVersion);
            }
            if (token != null) {
                options.token(token);
            }
            if (domain != null) {
                options.domain(domain);
            }
            if (place > 0) {
                options.domain(options.build().domain().replaceFirst("(?=[.]|$)", "-" + (place + 1)));
            }
            faults.forEach(options::fault);
            return options.build();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage(), e);
        }
    }

    private void announce(SimulatorOptions options, Simulator shop, Optional<S3Server> s3) {
        ObjectNode where = JsonNodeFactory.instance.objectNode();
        where.put("url", shop.url());
        where.put("domain", options.domain());
        where.put("token", options.token());
        where.put("recharge_url", shop.rechargeUrl());
        where.put("recharge_token", shop.rechargeToken());
        where.put("seed", options.seed());
        where.put("orders", orders);
        s3.ifPresent(server -> where.put("s3_endpoint", server.endpoint()));
        root.terminal().out().println(where);
        root.terminal()
                .say("tidemark: a simulated shop with " + orders + " orders (seed " + options.seed() + ") at "
                        + shop.url());
        s3.ifPresent(server -> root.terminal().say("tidemark: S3 at " + server.endpoint() + ", any key"));
    }
}

package dev.tidemark.operations;

import dev.tidemark.api.Ports;
import dev.tidemark.api.Role;
import dev.tidemark.api.Tokens;
import dev.tidemark.settings.Settings;
import io.hawt.embedded.Main;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.HandlerWrapper;
import org.eclipse.jetty.webapp.WebAppContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Hawtio console, in this process, on {@code http://127.0.0.1:<tidemark.hawtio.port>/hawtio}: routes are stopped and
 * started there, and JMX is read through Jolokia at {@code /hawtio/jolokia}.
 *
 * <p>Who may use JMX may run code, so only an admin gets in: user {@code admin} with {@code tidemark.api.token.admin} as
 * the password. It listens on loopback alone, answers no page of another origin, and proxies to no other Jolokia.
 */
public final class Console implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final String HOST = "127.0.0.1";
    private static final String REALM = "tidemark";

    private final Server server;
    private final Path war;

    private Console(Server server, Path war) {
        this.server = server;
        this.war = war;
    }

    /**
     * Starts the console; returns empty, with a line in the log that says why, when the port is 0 or no admin token is
     * configured.
     *
     * @throws IllegalStateException when the port is taken or Hawtio does not start
     */
    public static Optional<Console> start(Settings settings) {
        if (settings.hawtioPort() == 0) {
            LOG.info("Hawtio is off (tidemark.hawtio.port is 0)");
            return Optional.empty();
        }
        Tokens tokens = new Tokens(settings.api());
        if (!tokens.has(Role.ADMIN)) {
            LOG.warn("Hawtio is not started: without tidemark.api.token.admin nobody could log in");
            return Optional.empty();
        }
        Ports.demandFree("tidemark.hawtio.port", HOST, settings.hawtioPort());
        // Hawtio takes its settings from nowhere else.
        System.setProperty("hawtio.authenticationEnabled", "true");
        System.setProperty("hawtio.realm", REALM);
        System.setProperty("hawtio.roles", Role.ADMIN.name().toLowerCase(Locale.ROOT));
        System.setProperty("hawtio.rolePrincipalClasses", ConsoleLogin.RolePrincipal.class.getName());
        System.setProperty("hawtio.disableProxy", "true");
        Configuration.setConfiguration(new Realm(tokens));
        return Optional.of(serve(settings.hawtioPort()));
    }

    private static Console serve(int port) {
        try {
            Path war = Files.createTempFile("tidemark-hawtio", ".war");
            try (InputStream packed = Main.class.getResourceAsStream("/hawtio.war")) {
                Files.copy(packed, war, StandardCopyOption.REPLACE_EXISTING);
            }
            WebAppContext hawtio = new WebAppContext(war.toString(), "/hawtio");
            hawtio.setInitParameter("scheme", "http");
            hawtio.getSessionHandler().setSameSite(HttpCookie.SameSite.STRICT);
            hawtio.setInitParameter("policyLocation", "classpath:/jolokia-access.xml");
            // Its own logging would write to standard output; with ours it writes where everything else does.
            hawtio.setParentLoaderPriority(true);
            hawtio.setThrowUnavailableOnStartupException(true);
            Server server = new Server(new InetSocketAddress(HOST, port));
            OwnPagesOnly handler = new OwnPagesOnly();
            handler.setHandler(hawtio);
            server.setHandler(handler);
            server.start();
            LOG.info("Hawtio is at http://{}:{}/hawtio, user admin, password the admin token", HOST, port);
            return new Console(server, war);
        } catch (Exception e) {
            throw new IllegalStateException("Starting Hawtio on port " + port + " failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
            Files.deleteIfExists(war);
        } catch (IOException e) {
            LOG.warn("Removing {} failed: {}", war, e.getMessage());
        } catch (Exception e) {
            LOG.warn("Stopping Hawtio failed: {}", e.toString());
        }
    }

    /** Refuses requests that a page of another origin makes, or that reach loopback under a foreign name. */
    private static final class OwnPagesOnly extends HandlerWrapper {
        private static final Set<String> NAMES = Set.of(HOST, "localhost");

        @Override
        public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            String origin = request.getHeader("Origin");
            boolean isOwn = origin == null || origin.equals("http://" + request.getHeader("Host"));
            if (isOwn && NAMES.contains(request.getServerName())) {
                super.handle(target, base, request, response);
            } else {
                base.setHandled(true);
                response.sendError(HttpServletResponse.SC_FORBIDDEN);
            }
        }
    }

    /** The realm of {@link ConsoleLogin}; there is no other one in this process. */
    private static final class Realm extends Configuration {
        private final AppConfigurationEntry[] login;

        Realm(Tokens tokens) {
            login = new AppConfigurationEntry[] {
                new AppConfigurationEntry(
                        ConsoleLogin.class.getName(),
                        LoginModuleControlFlag.REQUIRED,
                        Map.of(ConsoleLogin.TOKENS, tokens))
            };
        }

        @Override
        public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return REALM.equals(name) ? login.clone() : null;
        }
    }
}

package dev.tidemark.operations;

import dev.tidemark.api.Role;
import dev.tidemark.api.Tokens;
import java.io.IOException;
import java.security.Principal;
import java.util.Locale;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import javax.security.auth.spi.LoginModule;

/** Logs a user in whose name is a role and whose password is the API token of that role. */
public final class ConsoleLogin implements LoginModule {
    /** Option that holds the {@link Tokens}. */
    static final String TOKENS = "tokens";

    private Subject subject;
    private CallbackHandler callbacks;
    private Tokens tokens;
    private String user;

    /** The user as Hawtio shows it; Hawtio looks for this simple class name. */
    public record UserPrincipal(String user) implements Principal {
        @Override
        public String getName() {
            return user;
        }
    }

    /** The role that Hawtio demands. */
    public record RolePrincipal(String role) implements Principal {
        @Override
        public String getName() {
            return role;
        }
    }

    @Override
    public void initialize(Subject subject, CallbackHandler callbacks, Map<String, ?> shared, Map<String, ?> options) {
        this.subject = subject;
        this.callbacks = callbacks;
        this.tokens = (Tokens) options.get(TOKENS);
    }

    @Override
    public boolean login() throws LoginException {
        NameCallback name = new NameCallback("user");
        PasswordCallback password = new PasswordCallback("password", false);
        try {
            callbacks.handle(new Callback[] {name, password});
        } catch (IOException | UnsupportedCallbackException e) {
            throw new FailedLoginException("The login gave no user and password");
        }
        char[] given = password.getPassword();
        password.clearPassword();
        Role role = tokens.role(given == null ? "" : new String(given))
                .filter(held -> nameOf(held).equals(name.getName()))
                .orElseThrow(() -> new FailedLoginException("Wrong user or password"));
        user = nameOf(role);
        return true;
    }

    @Override
    public boolean commit() {
        if (user == null) {
            return false;
        }
        subject.getPrincipals().add(new UserPrincipal(user));
        subject.getPrincipals().add(new RolePrincipal(user));
        return true;
    }

    @Override
    public boolean abort() {
        return logout();
    }

    @Override
    public boolean logout() {
        subject.getPrincipals().removeIf(known -> known instanceof UserPrincipal || known instanceof RolePrincipal);
        user = null;
        return true;
    }

    private static String nameOf(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}

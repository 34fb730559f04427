package dev.tidemark.cli;

import dev.tidemark.settings.Settings;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Single connections, for commands that need the database before, or without, the application. */
final class PlainDataSource {
    private static final int CONNECT_SECONDS = 10;

    private PlainDataSource() {}

    static DataSource of(Settings.Database database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(database.url());
        database.user().ifPresent(source::setUser);
        database.password().ifPresent(source::setPassword);
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(CONNECT_SECONDS);
        // Details of an error can hold values of rows.
        source.setLogServerErrorDetail(false);
        source.setApplicationName("tidemark");
        return source;
    }
}

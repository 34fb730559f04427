package dev.tidemark.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Statements of {@code sql/demo}, one a file, sent to the demo's database past the product, as any client would. */
record DemoDatabase(DataSource source) {

    /** Makes something of a row. */
    @FunctionalInterface
    interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** @param file name without folder and ending */
    void execute(String file) {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(text(file))) {
            statement.execute();
        } catch (SQLException e) {
            throw failed(file, e);
        }
    }

    <T> List<T> query(String file, String store, Reading<T> reading) {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(text(file))) {
            statement.setString(1, store);
            List<T> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(reading.of(result));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw failed(file, e);
        }
    }

    private static CommandFailure failed(String file, SQLException e) {
        return new CommandFailure(
                ExitCode.ERROR, "The demo's statement sql/demo/" + file + ".sql failed: " + e.getMessage(), e);
    }

    private static String text(String file) {
        String resource = "sql/demo/" + file + ".sql";
        try (InputStream stream = DemoDatabase.class.getClassLoader().getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("The build lacks " + resource);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("Reading " + resource + " of the build failed", e);
        }
    }
}

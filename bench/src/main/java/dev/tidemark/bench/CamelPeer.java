package dev.tidemark.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jackson.JacksonDataFormat;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * (d) The route of the text books: a file, split by line, an exchange a line, bound with Jackson, and one upsert a row,
 * each committed by itself. It runs on a tenth of the data and its seconds are scaled.
 */
public final class CamelPeer {

    private static final ObjectMapper MAPPER = new ObjectMapper().registerModule(new JavaTimeModule());

    private CamelPeer() {}

    /** Arguments: JDBC URL, JSONL file. */
    public static void main(String[] args) throws Exception {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(args[0]);
        pool.setMaximumPoolSize(2);
        try (HikariDataSource dataSource = new HikariDataSource(pool);
                DefaultCamelContext camel = new DefaultCamelContext()) {
            AtomicLong rows = new AtomicLong();
            camel.getRegistry().bind("dataSource", dataSource);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    JacksonDataFormat json = new JacksonDataFormat(MAPPER, ShopLine.class);
                    from("direct:load")
                            .routeId("load")
                            .split(body().tokenize("\n")).streaming().stopOnException()
                                .unmarshal(json)
                                .choice()
                                    .when(simple("${body.parentId} != null"))
                                        .transform().body(ShopLine.class, CamelPeer::columns)
                                        .to("sql:classpath:bench/camel_upsert_line_item.sql")
                                    .otherwise()
                                        .transform().body(ShopLine.class, CamelPeer::columns)
                                        .to("sql:classpath:bench/camel_upsert_order.sql")
                                .end()
                                .process(exchange -> rows.incrementAndGet())
                            .end();
                }
            });
            camel.start();
            long start = System.nanoTime();
            camel.createProducerTemplate().sendBody("direct:load", Path.of(args[1]).toFile());
            double seconds = Result.secondsSince(start);
            new Result(rows.get(), seconds).print();
        }
    }

    private static Map<String, Object> columns(ShopLine line) {
        Row row = Row.of(line);
        List<String> names = row.columns();
        Object[] values = row.values();
        Map<String, Object> columns = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            columns.put(names.get(i), values[i]);
        }
        return columns;
    }
}

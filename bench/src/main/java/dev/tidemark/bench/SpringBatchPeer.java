package dev.tidemark.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.Job;
import org.springframework.batch.core.JobExecution;
import org.springframework.batch.core.JobParameters;
import org.springframework.batch.core.JobParametersBuilder;
import org.springframework.batch.core.Step;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.launch.support.TaskExecutorJobLauncher;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JobRepositoryFactoryBean;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.item.ItemWriter;
import org.springframework.batch.item.database.JdbcBatchItemWriter;
import org.springframework.batch.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.item.file.FlatFileItemReader;
import org.springframework.batch.item.file.builder.FlatFileItemReaderBuilder;
import org.springframework.batch.item.file.mapping.PassThroughLineMapper;
import org.springframework.batch.item.support.SynchronizedItemStreamReader;
import org.springframework.batch.item.support.builder.ClassifierCompositeItemWriterBuilder;
import org.springframework.batch.item.support.builder.SynchronizedItemStreamReaderBuilder;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * (c) Spring Batch as its documentation advises: a chunk-oriented step of 1,000 items, batched upserts with
 * {@code reWriteBatchedInserts}, typed parameters, a multi-threaded step over a synchronized reader with the parsing in
 * the processor (outside the reader's lock), and the JDBC job repository that makes a job restartable.
 */
public final class SpringBatchPeer {

    private static final int CHUNK = 1_000;

    private SpringBatchPeer() {}

    /** Arguments: JDBC URL, JSONL file, number of threads. */
    public static void main(String[] args) throws Exception {
        int threads = Integer.parseInt(args[2]);
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(args[0] + "&reWriteBatchedInserts=true");
        pool.setMaximumPoolSize(threads + 2);
        try (HikariDataSource dataSource = new HikariDataSource(pool)) {
            DatabasePopulatorUtils.execute(
                    new ResourceDatabasePopulator(
                            new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql")),
                    dataSource);
            JdbcTransactionManager transactions = new JdbcTransactionManager(dataSource);
            JobRepository repository = jobRepository(dataSource, transactions);
            Job job = new JobBuilder("load-orders", repository)
                    .start(step(repository, transactions, dataSource, Path.of(args[1]), threads))
                    .build();
            TaskExecutorJobLauncher launcher = new TaskExecutorJobLauncher();
            launcher.setJobRepository(repository);
            launcher.afterPropertiesSet();
            JobParameters parameters = new JobParametersBuilder().addString("file", args[1]).toJobParameters();

            long start = System.nanoTime();
            JobExecution execution = launcher.run(job, parameters);
            double seconds = Result.secondsSince(start);
            if (execution.getStatus() != BatchStatus.COMPLETED) {
                throw new IllegalStateException("The Spring Batch job ended " + execution);
            }
            long rows = execution.getStepExecutions().iterator().next().getWriteCount();
            new Result(rows, seconds).print();
        }
    }

    private static JobRepository jobRepository(DataSource dataSource, JdbcTransactionManager transactions)
            throws Exception {
        JobRepositoryFactoryBean factory = new JobRepositoryFactoryBean();
        factory.setDataSource(dataSource);
        factory.setTransactionManager(transactions);
        factory.afterPropertiesSet();
        return factory.getObject();
    }

    private static Step step(
            JobRepository repository,
            JdbcTransactionManager transactions,
            DataSource dataSource,
            Path file,
            int threads) {
        FlatFileItemReader<String> lines = new FlatFileItemReaderBuilder<String>()
                .name("lines")
                .resource(new FileSystemResource(file))
                .encoding("UTF-8")
                .lineMapper(new PassThroughLineMapper())
                .saveState(false)
                .build();
        SynchronizedItemStreamReader<String> reader =
                new SynchronizedItemStreamReaderBuilder<String>().delegate(lines).build();
        SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("load-");
        executor.setConcurrencyLimit(threads);
        return new StepBuilder("load", repository)
                .<String, Row>chunk(CHUNK, transactions)
                .reader(reader)
                .processor(line -> Row.of(ShopLine.parse(line)))
                .writer(writer(dataSource))
                .taskExecutor(executor)
                .build();
    }

    private static ItemWriter<Row> writer(DataSource dataSource) {
        JdbcBatchItemWriter<Row> orders = upserts(dataSource, "spring_upsert_order.sql");
        JdbcBatchItemWriter<Row> lineItems = upserts(dataSource, "spring_upsert_line_item.sql");
        return new ClassifierCompositeItemWriterBuilder<Row>()
                .classifier(row -> row instanceof OrderRow ? orders : lineItems)
                .build();
    }

    private static JdbcBatchItemWriter<Row> upserts(DataSource dataSource, String statement) {
        JdbcBatchItemWriter<Row> writer = new JdbcBatchItemWriterBuilder<Row>()
                .dataSource(dataSource)
                .sql(SqlText.read(statement))
                .itemPreparedStatementSetter(SpringBatchPeer::bind)
                .assertUpdates(false)
                .build();
        writer.afterPropertiesSet();
        return writer;
    }

    /** Nulls carry their type: otherwise the driver prepares anew whenever the pattern of nulls changes. */
    private static void bind(Row row, PreparedStatement statement) throws SQLException {
        Object[] values = row.values();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                statement.setNull(i + 1, type(row.columns().get(i)));
            } else {
                statement.setObject(i + 1, values[i]);
            }
        }
    }

    private static int type(String column) {
        if (column.endsWith("_at")) {
            return Types.TIMESTAMP_WITH_TIMEZONE;
        }
        if (column.endsWith("_id") && !column.equals("store_id")) {
            return Types.BIGINT;
        }
        return switch (column) {
            case "quantity", "current_quantity" -> Types.INTEGER;
            case "test" -> Types.BOOLEAN;
            case "subtotal", "total_discounts", "total_tax", "total", "current_total", "presentment_subtotal",
                    "presentment_total_tax", "presentment_total", "unit_price", "presentment_unit_price" ->
                Types.NUMERIC;
            default -> Types.VARCHAR;
        };
    }
}

package dev.tidemark.operations;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;

/** Ready means that the bucket is there and may be read. Liveness does not ask for it. */
public final class ObjectStorageHealth extends AbstractHealthCheck {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final S3Client s3;
    private final String bucket;

    public ObjectStorageHealth(S3Client s3, String bucket) {
        super("tidemark", "object-storage");
        this.s3 = s3;
        this.bucket = bucket;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        try {
            s3.headBucket(HeadBucketRequest.builder()
                    .bucket(bucket)
                    .overrideConfiguration(timeouts -> timeouts.apiCallTimeout(TIMEOUT))
                    .build());
            result.up();
        } catch (AwsServiceException e) {
            result.message("Object storage refuses the bucket " + bucket + " with status " + e.statusCode())
                    .down();
        } catch (SdkException e) {
            result.message("Object storage cannot be reached").down();
        }
    }
}

package dev.tidemark.archive;

import dev.tidemark.settings.Settings;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The way to object storage, as the settings describe it. */
public final class ObjectStorage {
    private ObjectStorage() {}

    /** A client; nothing is asked yet. Close it when it is no longer needed. */
    public static S3Client open(Settings.S3 settings) {
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(settings.region()))
                // Checksums before the content, not in chunks of it: look-alikes know those less well or are slow at
                // them.
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false));
        settings.endpoint()
                .ifPresent(endpoint -> builder.endpointOverride(endpoint).forcePathStyle(true));
        settings.accessKey()
                .ifPresent(key -> builder.credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(key, settings.secretKey().orElseThrow()))));
        if (!settings.checksums()) {
            builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        }
        return builder.build();
    }
}

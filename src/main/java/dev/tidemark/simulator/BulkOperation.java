package dev.tidemark.simulator;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A bulk operation as it is at a moment. Times are milliseconds of the shop's clock, 0 for none.
 *
 * @param who the client as it named itself, or {@code foreign} for another app's user
 * @param fileSize -1 for null
 * @param file what the url leads to
 * @param partial whether the file is offered as partialDataUrl instead of url
 */
record BulkOperation(
        long id,
        String query,
        String version,
        String who,
        Status status,
        Optional<String> errorCode,
        long createdAt,
        long completedAt,
        long objectCount,
        long rootObjectCount,
        long fileSize,
        Optional<Path> file,
        boolean partial,
        Optional<String> urlElsewhere) {

    enum Status {
        CREATED,
        RUNNING,
        CANCELING,
        CANCELED,
        COMPLETED,
        FAILED,
        EXPIRED;

        boolean isEnd() {
            return this == CANCELED || this == COMPLETED || this == FAILED || this == EXPIRED;
        }
    }

    String gid() {
        return Gid.BULK_OPERATION.of(id);
    }

    BulkOperation with(Status newStatus) {
        return new BulkOperation(
                id,
                query,
                version,
                who,
                newStatus,
                errorCode,
                createdAt,
                completedAt,
                objectCount,
                rootObjectCount,
                fileSize,
                file,
                partial,
                urlElsewhere);
    }

    BulkOperation withCounts(long objects, long roots) {
        return new BulkOperation(
                id,
                query,
                version,
                who,
                status,
                errorCode,
                createdAt,
                completedAt,
                objects,
                roots,
                fileSize,
                file,
                partial,
                urlElsewhere);
    }

    BulkOperation withEnd(
            Status end,
            Optional<String> error,
            long at,
            long size,
            Optional<Path> result,
            boolean isPartial,
            Optional<String> elsewhere) {
        return new BulkOperation(
                id,
                query,
                version,
                who,
                end,
                error,
                createdAt,
                at,
                objectCount,
                rootObjectCount,
                size,
                result,
                isPartial,
                elsewhere);
    }
}

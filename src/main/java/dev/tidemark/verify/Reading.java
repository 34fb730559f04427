package dev.tidemark.verify;

import dev.tidemark.archive.Manifest;
import java.util.Set;

/**
 * One archived file as a reading of the source.
 *
 * @param snapshot whether it shows what the source no longer had: it was complete and its run has loaded it
 * @param numbers the numbers that rows written from it carry
 */
record Reading(Manifest manifest, boolean snapshot, Set<Long> numbers) {}

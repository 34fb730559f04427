package dev.tidemark.bench;

/**
 * One contender in one round.
 *
 * @param rows    records loaded, as the contender counted them
 * @param seconds of loading; where a part of the data was used, scaled to the whole
 * @param figures memory and processor time of the processes
 */
record Measurement(char letter, long rows, double seconds, Watch.Figures figures) {}

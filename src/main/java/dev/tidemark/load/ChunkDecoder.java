package dev.tidemark.load;

import dev.tidemark.load.ColumnArray.Element;
import dev.tidemark.run.Run;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

/**
 * Decodes the lines of a chunk into the arrays of its statement: roots and children in columns, children whose parent is
 * not at hand to the spill, and lines that cannot be kept to the dead letters. Every line ends in exactly one of them.
 *
 * <p>One decoder serves one writer at a time; its arrays are used again for the next chunk.
 */
final class ChunkDecoder {
    private final RecordColumns roots;
    private final Optional<RecordColumns> children;
    private final Gid parentGid;
    private final LineScanner scanner;
    private final Letters letters = new Letters();
    private final ColumnArray parentIds = new ColumnArray(Element.INT8);
    private final ColumnArray parentVersions = new ColumnArray(Element.TIMESTAMPTZ);
    private final ColumnArray outsideParents = new ColumnArray(Element.INT8);
    private final ColumnArray spillLines = new ColumnArray(Element.INT8);
    private final ColumnArray spillParents = new ColumnArray(Element.INT8);
    private final ColumnArray spillRaws = new ColumnArray(Element.BYTEA);
    private final ColumnArray joinedLines = new ColumnArray(Element.INT8);
    private final VersionMap versions = new VersionMap(1 << 11);
    private final CopyRows copyRows = new CopyRows();
    private final Map<String, Object> parameters = new HashMap<>();

    private int[] waiting = new int[1 << 10];
    private int waitingCount;
    private int rootLines;
    private long lastParent;
    private long lastVersion;
    private long highestVersion;
    private long lowestVersion;

    ChunkDecoder(StreamDeclaration stream) {
        this.roots = new RecordColumns(new Shape(stream.root()));
        this.children = stream.child().map(child -> new RecordColumns(new Shape(child)));
        this.parentGid = new Gid(roots.shape.type);
        this.scanner = new LineScanner(Stream.concat(Stream.of(roots), children.stream())
                .map(columns -> columns.shape)
                .toList());
        Stream.concat(Stream.of(roots), children.stream()).forEach(columns -> columns.bind(parameters));
        stream.child().map(RecordDeclaration::name).ifPresent(name -> {
            parameters.put(name + "_parent_id", parentIds);
            parameters.put(name + "_parent_version", parentVersions);
        });
        letters.bind(parameters);
        parameters.put("outside_parent_id", outsideParents);
        parameters.put("spill_line_no", spillLines);
        parameters.put("spill_parent_id", spillParents);
        parameters.put("spill_raw", spillRaws);
        parameters.put("joined_line_no", joinedLines);
    }

    /** The arrays by the names that the statement gives them; they change with the next chunk. */
    Map<String, Object> parameters() {
        return parameters;
    }

    /** Lines without a parent, those set aside included. */
    int rootLines() {
        return rootLines;
    }

    /** Children of the chunk that go to the spill. */
    int spilledLines() {
        return spillLines.rows();
    }

    /** Whether every line is a record that counts, and every child's parent is in the chunk: no two readings of one root. */
    boolean holdsWholeRecordsOnly() {
        return roots.rows() > 0
                && versions.size() == roots.rows()
                && letters.size() == 0
                && spillLines.rows() == 0
                && joinedLines.rows() == 0
                && outsideParents.rows() == 0;
    }

    /** Lowest id among the roots. */
    long lowestRoot() {
        return versions.lowest();
    }

    /** Highest id among the roots. */
    long highestRoot() {
        return versions.highest();
    }

    int childRows() {
        return children.map(RecordColumns::rows).orElse(0);
    }

    /** The roots as rows; they change with the next call. */
    CopyRows copyRoots(Run run) {
        copyRows.fill(run.store(), roots.columns(), run.runNumber(), roots.rows());
        return copyRows;
    }

    /** The children as rows; they change with the next call. */
    CopyRows copyChildren(Run run) {
        List<ColumnArray> columns = new ArrayList<>(children.orElseThrow().columns());
        columns.add(parentIds);
        columns.add(parentVersions);
        copyRows.fill(run.store(), columns, run.runNumber(), childRows());
        return copyRows;
    }

    /** The id of a root by the number of its row. */
    long root(int row) {
        return roots.columns().get(0).longAt(row);
    }

    /** The id of a child's root by the number of the child's row. */
    long parent(int row) {
        return parentIds.longAt(row);
    }

    /** What is wrong with the first line that is set aside; empty when every line is good. */
    Optional<Letters.Fault> firstFault() {
        return letters.first();
    }

    /** The good roots of the chunk and their versions; it changes with the next chunk. */
    VersionMap rootVersions() {
        return versions;
    }

    /** Highest version among the good roots, in microseconds since 1970; {@link InstantText#NONE} without any. */
    long highestVersion() {
        return highestVersion;
    }

    /** Lowest version among the good roots. */
    long lowestVersion() {
        return lowestVersion;
    }

    /**
     * Decodes a chunk.
     *
     * @param known versions of parents outside the chunk; {@link VersionMap#NONE} for those that are not known
     * @param latest the latest moment that a time may name, in microseconds since 1970
     */
    void decode(Chunk chunk, LongUnaryOperator known, long latest) {
        clear(latest);
        for (int index = chunk.from(); index < chunk.to(); index++) {
            decode(chunk, index, known, true);
        }
        // A child may stand before its parent, so it is looked at again when the whole chunk has been seen.
        int count = waitingCount;
        waitingCount = 0;
        for (int each = 0; each < count; each++) {
            decode(chunk, waiting[each], known, false);
        }
    }

    /** Decodes a chunk of one line, a record that the database refused: its only trace is a dead letter. */
    void decodeRefused(Chunk chunk, String message, long latest) {
        clear(latest);
        int index = chunk.from();
        if (chunk.spilled()) {
            joinedLines.addLong(chunk.firstLine());
        }
        int outcome = scanner.scan(chunk.bytes(), chunk.starts()[index], chunk.ends()[index]);
        countRoot(chunk, index, outcome == LineScanner.GOOD);
        setAsideKeyed(chunk, index, identify(scanner.shape()), Reason.REFUSED, message);
    }

    /** Notes the versions of those roots of a chunk that are wanted. */
    void findParents(Chunk chunk, SpilledParents wanted, long latest) {
        clear(latest);
        for (int index = chunk.from(); index < chunk.to(); index++) {
            boolean scanned = !chunk.tooLong().containsKey(index)
                    && scanner.scan(chunk.bytes(), chunk.starts()[index], chunk.ends()[index]) == LineScanner.GOOD;
            if (scanned
                    && scanner.shape() == roots.shape
                    && !scanner.invalidUtf8()
                    && namesItself(roots.shape)
                    && roots.add(scanner) == null) {
                roots.takeBack();
                wanted.found(roots.id(), roots.version());
            }
        }
    }

    private void clear(long latest) {
        clearRows(latest);
        letters.clear();
        rootLines = 0;
        waitingCount = 0;
    }

    private void clearRows(long latest) {
        roots.clear(latest);
        children.ifPresent(columns -> columns.clear(latest));
        List.of(parentIds, parentVersions, outsideParents, spillLines, spillParents, spillRaws, joinedLines)
                .forEach(ColumnArray::clear);
        versions.clear();
        lastParent = Gid.NONE;
        highestVersion = InstantText.NONE;
        lowestVersion = InstantText.NONE;
    }

    private void decode(Chunk chunk, int index, LongUnaryOperator known, boolean mayWait) {
        if (chunk.spilled()) {
            joinedLines.addLong(chunk.lineNumbers()[index]);
        }
        Chunk.LongLine longLine = chunk.tooLong().get(index);
        if (longLine != null) {
            countRoot(chunk, index, false);
            setAside(
                    chunk,
                    index,
                    Reason.LENGTH,
                    "the line has " + longLine.length()
                            + " bytes; its beginning is kept here, the archive has all of it");
            return;
        }
        int outcome = scanner.scan(chunk.bytes(), chunk.starts()[index], chunk.ends()[index]);
        boolean good = outcome == LineScanner.GOOD;
        if (mayWait) {
            countRoot(chunk, index, good);
        }
        if (!good) {
            boolean malformed = outcome == LineScanner.MALFORMED;
            setAside(
                    chunk,
                    index,
                    malformed ? Reason.MALFORMED : Reason.DEPTH,
                    malformed ? "the line is no JSON object" : "nested deeper than " + LineScanner.DEEPEST);
            return;
        }
        Shape shape = scanner.shape();
        if (scanner.invalidUtf8()) {
            setAsideKeyed(chunk, index, identify(shape), Reason.UTF8, "the line is not UTF-8");
        } else if (shape == null) {
            setAside(
                    chunk,
                    index,
                    Reason.UNKNOWN_TYPE,
                    "neither __typename nor id names a type that the stream declares");
        } else if (!namesItself(shape)) {
            setAside(chunk, index, Reason.UNKNOWN_TYPE, "__typename and id name different types");
        } else if (shape == roots.shape) {
            decodeRoot(chunk, index);
        } else {
            decodeChild(chunk, index, known, mayWait);
        }
    }

    private void decodeRoot(Chunk chunk, int index) {
        Reason reason = roots.add(scanner);
        if (reason != null) {
            setAsideKeyed(chunk, index, roots, reason, roots.fault());
            return;
        }
        long version = roots.version();
        lastParent = roots.id();
        lastVersion = version;
        versions.put(lastParent, version);
        highestVersion = Math.max(highestVersion, version);
        lowestVersion = lowestVersion == InstantText.NONE ? version : Math.min(lowestVersion, version);
    }

    private void decodeChild(Chunk chunk, int index, LongUnaryOperator known, boolean mayWait) {
        RecordColumns columns = children.orElseThrow();
        long parent = parentId();
        if (parent == Gid.NONE) {
            identify(columns.shape);
            boolean absent = scanner.state[Shape.PARENT_SLOT] <= LineScanner.NULL;
            setAsideKeyed(
                    chunk,
                    index,
                    columns,
                    absent ? Reason.MISSING_FIELD : Reason.ORPHAN,
                    absent ? "the child names no parent" : "the parent is no record of the stream's root type");
            return;
        }
        long version = parent == lastParent ? lastVersion : versions.get(parent);
        if (version == VersionMap.NONE && mayWait && !chunk.spilled()) {
            wait(index);
            return;
        }
        boolean outside = version == VersionMap.NONE;
        if (outside) {
            version = known.applyAsLong(parent);
        }
        Reason reason = columns.add(scanner);
        if (reason != null) {
            setAsideKeyed(chunk, index, columns, reason, columns.fault());
        } else if (version != VersionMap.NONE) {
            parentIds.addLong(parent);
            parentVersions.addInstant(version);
            if (outside) {
                outsideParents.addLong(parent);
            }
        } else if (chunk.spilled()) {
            columns.takeBack();
            setAsideKeyed(chunk, index, columns, Reason.ORPHAN, "the parent is not in the file");
        } else {
            columns.takeBack();
            spillLines.addLong(chunk.lineNumbers()[index]);
            spillParents.addLong(parent);
            spillRaws.addBytes(chunk.bytes(), chunk.starts()[index], chunk.ends()[index]);
        }
    }

    private void wait(int index) {
        if (waitingCount == waiting.length) {
            waiting = Arrays.copyOf(waiting, 2 * waiting.length);
        }
        waiting[waitingCount++] = index;
    }

    /** Reads a record's id and version without keeping it; a line of no known type has neither. */
    private RecordColumns identify(Shape shape) {
        RecordColumns columns = shape == null || shape == roots.shape ? roots : children.orElseThrow();
        if (columns.add(scanner) == null) {
            columns.takeBack();
        }
        return columns;
    }

    /** Whether type name and id, where both are there, agree. */
    private boolean namesItself(Shape shape) {
        byte state = scanner.state[Shape.TYPENAME_SLOT];
        boolean byTypename = state == LineScanner.TEXT
                && Arrays.equals(
                        scanner.buffer(),
                        scanner.from[Shape.TYPENAME_SLOT],
                        scanner.to[Shape.TYPENAME_SLOT],
                        shape.type,
                        0,
                        shape.type.length);
        return byTypename || state <= LineScanner.NULL;
    }

    private long parentId() {
        byte[] bytes = scanner.buffer();
        int from = scanner.from[Shape.PARENT_SLOT];
        int to = scanner.to[Shape.PARENT_SLOT];
        return switch (scanner.state[Shape.PARENT_SLOT]) {
            case LineScanner.TEXT, LineScanner.ESCAPED_TEXT -> parentGid.read(bytes, from, to);
            // Sources that have plain numbers for ids.
            case LineScanner.NUMBER -> Gid.number(bytes, from, to);
            default -> Gid.NONE;
        };
    }

    private Optional<String> parentKey() {
        long parent = parentId();
        return parent == Gid.NONE ? Optional.empty() : Optional.of(roots.shape.declaration.keyOf(parent));
    }

    private void countRoot(Chunk chunk, int index, boolean scanned) {
        boolean root = scanned
                ? scanner.state[Shape.PARENT_SLOT] == LineScanner.ABSENT
                : ChunkFile.isRoot(chunk.bytes(), chunk.starts()[index], chunk.ends()[index]);
        if (root && !chunk.spilled()) {
            rootLines++;
        }
    }

    private void setAside(Chunk chunk, int index, Reason reason, String explanation) {
        letters.add(chunk, index, Optional.empty(), Optional.empty(), reason, explanation, InstantText.NONE);
    }

    private void setAsideKeyed(Chunk chunk, int index, RecordColumns columns, Reason reason, String explanation) {
        letters.add(chunk, index, recordKey(columns), parentKey(), reason, explanation, columns.version());
    }

    private Optional<String> recordKey(RecordColumns columns) {
        RecordDeclaration declaration = columns.shape.declaration;
        long id = columns.id();
        if (columns.isKeyedWithinParent()) {
            long parent = parentId();
            return parent == Gid.NONE
                    ? Optional.empty()
                    : Optional.of(declaration.keyOf(parent, id == Gid.NONE ? "" : String.valueOf(id)));
        }
        return id == Gid.NONE ? Optional.empty() : Optional.of(declaration.keyOf(id));
    }
}

package dev.tidemark.load;

import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A record declaration compiled for scanning: a tree of the keys that lead to its columns, whose leaves are numbered
 * slots. Keys that are not in the tree are checked and passed over. Immutable.
 */
final class Shape {
    static final int TYPENAME_SLOT = 0;
    static final int ID_SLOT = 1;
    static final int PARENT_SLOT = 2;
    private static final int FIRST_FREE_SLOT = 3;

    /** A key; {@code slot} is -1 unless a value is wanted here, {@code slots} counts those in its subtree. */
    static final class Node {
        final byte[] key;
        final int number;
        final List<Node> children = new ArrayList<>();
        Node[] branches = new Node[0];
        int slot = -1;
        int firstSlot;
        int endSlot;

        Node(String key, int number) {
            this.key = key.getBytes(StandardCharsets.UTF_8);
            this.number = number;
        }

        /** The position of a key among this node's; -1 when it is not wanted. */
        int indexOf(byte[] bytes, int from, int to) {
            for (int index = 0; index < branches.length; index++) {
                byte[] wanted = branches[index].key;
                if (Arrays.equals(wanted, 0, wanted.length, bytes, from, to)) {
                    return index;
                }
            }
            return -1;
        }

        /** The same for a key that is written with escapes. */
        int indexOfEscaped(byte[] bytes, int from, int to) {
            EscapedText text = new EscapedText();
            return text.decode(bytes, from, to) ? indexOf(text.bytes(), 0, text.length()) : -1;
        }
    }

    final RecordDeclaration declaration;
    final Node root = new Node("", 0);
    final byte[] type;
    /** How a line of this record usually begins; recognising one of these saves looking for its type. */
    final List<byte[]> beginnings;
    /** For each column the slots of its paths. */
    final int[][] columnSlots;

    final int nodes;
    final int slots;

    /** A shape that has no columns and only tells what a line is. */
    static Shape ofIdentity() {
        return new Shape(null, List.of());
    }

    Shape(RecordDeclaration declaration) {
        this(declaration, declaration.columns());
    }

    private Shape(RecordDeclaration declaration, List<ColumnDeclaration> columns) {
        this.declaration = declaration;
        int[] count = {1};
        path(List.of("__typename"), count).slot = TYPENAME_SLOT;
        path(List.of("id"), count).slot = ID_SLOT;
        Node parent = new Node("__parentId", count[0]++);
        parent.slot = PARENT_SLOT;
        List<List<Node>> leaves = columns.stream()
                .map(column ->
                        column.paths().stream().map(path -> path(path, count)).toList())
                .toList();
        root.children.add(parent);
        this.slots = number(root, FIRST_FREE_SLOT);
        this.nodes = count[0];
        this.columnSlots = leaves.stream()
                .map(paths -> paths.stream().mapToInt(leaf -> leaf.slot).toArray())
                .toArray(int[][]::new);
        String name = declaration == null ? "" : declaration.type();
        this.type = name.getBytes(StandardCharsets.UTF_8);
        this.beginnings = List.of(
                bytes("{\"__typename\":\"" + name + "\""),
                bytes("{\"id\":\"gid:\\/\\/shopify\\/" + name + "\\/"),
                bytes("{\"id\":\"gid://shopify/" + name + "/"));
    }

    /** For each node, which key to expect first and which after each key: a guess that a scanner corrects as it reads. */
    int[][] declaredOrder() {
        int[][] order = new int[nodes][];
        fillOrder(root, order);
        return order;
    }

    private static void fillOrder(Node node, int[][] order) {
        order[node.number] = new int[node.branches.length + 1];
        for (int index = 0; index < node.branches.length; index++) {
            order[node.number][index] = index;
            fillOrder(node.branches[index], order);
        }
    }

    private Node path(List<String> steps, int[] count) {
        Node node = root;
        for (String step : steps) {
            byte[] key = step.getBytes(StandardCharsets.UTF_8);
            Node next = node.children.stream()
                    .filter(child -> Arrays.equals(child.key, key))
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                next = new Node(step, count[0]++);
                node.children.add(next);
            }
            node = next;
        }
        return node;
    }

    /** Numbers the leaves so that every subtree has a range of slots of its own; the fixed slots keep theirs. */
    private static int number(Node node, int next) {
        node.branches = node.children.toArray(Node[]::new);
        node.firstSlot = next;
        int free = next;
        if (node.slot < 0 && node.branches.length == 0) {
            node.slot = free++;
        }
        for (Node child : node.branches) {
            free = number(child, free);
        }
        node.endSlot = free;
        if (node.slot >= 0 && node.slot < FIRST_FREE_SLOT) {
            node.firstSlot = node.slot;
            node.endSlot = node.slot + 1;
        }
        return free;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

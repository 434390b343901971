/**
 * B+tree of unique unsigned 64-bit keys with small payloads: extents, directory entries, extended attributes.
 * Above: inodes and fsck. Below: {@link cfs.error} and the JDK; blocks come from a {@link cfs.tree.NodeStore}.
 *
 * <h2>Page format (this text is the specification)</h2>
 *
 * The root page lies inside the inode block (256 to 4032 bytes). Every other node is one metadata block of 4096 bytes:
 * bytes 0..64 are the block header of another package, the page is bytes 64..4096. All numbers are little-endian, all
 * offsets below count from the first byte of the page.
 *
 * <pre>
 * offset size field
 *      0    2 magic       0x5442, on disk the bytes "BT"
 *      2    1 level       0 = leaf, at most 15; a child's level is its parent's minus one
 *      3    1 reserved    0
 *      4    2 count       entries
 *      6    2 heapStart   lowest byte used by payloads; the page length when there are none
 *      8    2 garbage     bytes at and above heapStart that no entry uses
 *     10    2 length      of the page in bytes
 *     12    4 reserved    0
 *     16      index       count entries of 12 bytes, keys strictly ascending (unsigned)
 *              +0  8 key
 *              +8  2 payload offset (0 when the payload is empty)
 *             +10  2 payload length, 0..1100
 *   ...      gap         any content
 * heapStart  heap        payloads in any order, not overlapping, to the end of the page
 * </pre>
 *
 * A payload of a page with level > 0 is the block number of a child (8 bytes). Its key is a lower bound of every key in
 * the child and an upper bound, exclusive, of every key in the child before it; the first entry of a page also serves
 * all smaller keys that reach the page.
 *
 * <h2>Shape</h2>
 *
 * A page that overflows is split by bytes; the rightmost page of the tree, hit at its end, stays full and the new entry
 * starts a page of its own, so that ascending inserts fill the leaves. A root that overflows moves into a new child.
 * A node that becomes empty is freed and leaves its parent. Half-empty siblings are never merged: directories and
 * extent maps refill, and merging costs two more blocks in the journal. Where {@code NodeStore.free} refuses, the empty
 * node (leaf or interior) stays linked, is skipped by lookups and reused by inserts. A root with a single child takes
 * the child's content back once that fills at most three quarters of it, so that it does not move to and fro at the edge.
 */
@NullMarked
package cfs.tree;

import org.jspecify.annotations.NullMarked;

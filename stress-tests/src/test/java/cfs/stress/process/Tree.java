package cfs.stress.process;

import cfs.fs.Attributes;
import cfs.fs.TestHost;
import java.util.Arrays;
import java.util.TreeMap;

/** Everything a host sees, as text by path. */
final class Tree {
  private Tree() {}

  static TreeMap<String, String> of(TestHost host) {
    TreeMap<String, String> seen = new TreeMap<>();
    walk(host, "/", seen);
    return seen;
  }

  private static void walk(TestHost host, String path, TreeMap<String, String> seen) {
    for (String name : host.list(path)) {
      String child = path + name;
      Attributes a = host.fs.attributes(host.walk(child));
      String content = a.isDirectory() ? "" : " " + Arrays.hashCode(host.get(child));
      seen.put(child,
          a.inode() + " " + Integer.toOctalString(a.mode()) + " " + a.linkCount() + " " + a.sizeBytes() + " "
              + a.blocks512() + " " + a.modifyNanos() + content + " " + host.fs.listXattrs(a.inode()).size());
      if (a.isDirectory()) {
        walk(host, child + "/", seen);
      }
    }
  }
}

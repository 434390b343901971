package cfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class BTreeProperties {
  enum Kind {
    PUT, DELETE, DELETE_RANGE, LOOKUP
  }

  record Step(Kind kind, long key, int length) {
    void run(TreeModel model, int salt) {
      switch (kind) {
        case PUT -> model.put(key, TreeModel.payload(key, length, salt));
        case DELETE -> model.delete(key);
        case LOOKUP -> model.checkLookups(key);
        case DELETE_RANGE -> List.copyOf(model.map.tailMap(key).keySet()).stream().limit(length / 10)
            .forEach(model::delete);
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Kind> kinds = Arbitraries.frequencyOf(Tuple.of(12, Arbitraries.just(Kind.PUT)),
        Tuple.of(4, Arbitraries.just(Kind.DELETE)),
        Tuple.of(1, Arbitraries.just(Kind.DELETE_RANGE)),
        Tuple.of(2, Arbitraries.just(Kind.LOOKUP)));
    // Dense keys collide, the spread ones use the sign bit, the edges are the ends of the unsigned range.
    Arbitrary<Long> keys = Arbitraries.oneOf(Arbitraries.longs().between(0, 200).withoutEdgeCases(),
        Arbitraries.longs().between(0, 200).map(k -> k << 56 | k),
        Arbitraries.of(0L, 1L, -1L, -2L, Long.MIN_VALUE,
            Long.MAX_VALUE));
    Arbitrary<Integer> lengths = Arbitraries.oneOf(Arbitraries.of(0, 24, 1000, 1100),
        Arbitraries.integers().between(0, 1000).withoutEdgeCases());
    return Combinators.combine(kinds, keys, lengths).as(Step::new).list().ofMinSize(1).ofMaxSize(500);
  }

  @Property(tries = 150)
  void equalsTheModelWithTheSmallestRoot(@ForAll("steps") List<Step> steps, @ForAll int refuseEvery) {
    run(new TreeModel(BTree.ROOT_BYTES_MIN), steps, refuseEvery);
  }

  @Property(tries = 100)
  void equalsTheModelWithTheRealRoot(@ForAll("steps") List<Step> steps, @ForAll int refuseEvery) {
    run(new TreeModel(2560), steps, refuseEvery);
  }

  @Property(tries = 50)
  void equalsTheModelWithTheLargestRoot(@ForAll("steps") List<Step> steps, @ForAll int refuseEvery) {
    run(new TreeModel(BTree.NODE_PAGE_BYTES), steps, refuseEvery);
  }

  private static void run(TreeModel model, List<Step> steps, int refuseEvery) {
    int every = Math.floorMod(refuseEvery, 4);
    int[] asked = new int[1];
    model.nodes.mayFree = block -> every == 0 || ++asked[0] % every != 0;
    for (int i = 0; i < steps.size(); i++) {
      steps.get(i).run(model, i);
    }
    model.checkAll();
    model.nodes.mayFree = block -> true;
    List.copyOf(model.map.keySet()).forEach(model::delete);
    model.checkAll();
    if (every == 0) {
      assertThat(model.nodes.images).as("an empty tree holds no nodes").isEmpty();
      assertThat(model.tree.height()).isEqualTo(1);
    }
  }

  /** Deep trees of large payloads, with nodes that cannot be freed and a volume that is full from time to time. */
  @Property(tries = 6)
  void survivesLongLivesWithRefusals(@ForAll long seed) {
    Random random = new Random(seed);
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    for (int round = 0; round < 4; round++) {
      model.nodes.mayFree = block -> random.nextInt(3) > 0;
      model.nodes.allocationsLeft = round == 0 ? 100 : random.nextInt(3000);
      for (int i = 0; i < 6000; i++) {
        long key = random.nextInt(20_000) * 0x9E3779B97F4A7C15L;
        model.put(key, TreeModel.payload(key, random.nextInt(1101), i));
      }
      model.checkAll();
      long from = random.nextLong();
      List.copyOf(model.map.tailMap(from).keySet()).forEach(model::delete);
      model.checkAll();
      for (int i = 0; i < 200; i++) {
        model.checkLookups(random.nextLong());
      }
    }
    assertThat(model.refusedForSpace).isPositive();
  }
}

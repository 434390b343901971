package cfs.membership;

import java.util.Random;

/** Which faults a seed brings and how strong; all zero after the faults of a run are over. */
final class SimFaults {
  double drop;
  double duplicate;
  long delayNanos;
  double storeUnknown;
  double watchLoss;
  long storeDelayNanos;
  double fenceFailure;
  double demotionFailure;
  double replayFailure;
  double crashPerSecond;
  double storeCutPerSecond;
  double linkCutPerSecond;
  double leavePerSecond;
  double pausePerSecond;

  static SimFaults from(Random random) {
    SimFaults f = new SimFaults();
    f.drop = pick(random, 0, 0, 0.02, 0.2);
    f.duplicate = pick(random, 0, 0.05, 0.3);
    f.delayNanos = (long) pick(random, 1e5, 2e6, 3e7, 2e8);
    f.storeDelayNanos = (long) pick(random, 1e6, 2e7, 2e8);
    f.storeUnknown = pick(random, 0, 0.02, 0.2);
    f.watchLoss = pick(random, 0, 0.2, 1);
    f.fenceFailure = pick(random, 0, 0.3);
    f.demotionFailure = pick(random, 0, 0, 0.1);
    f.replayFailure = pick(random, 0, 0.3);
    f.crashPerSecond = pick(random, 0, 0.1, 0.4);
    f.storeCutPerSecond = pick(random, 0, 0.1, 0.3);
    f.linkCutPerSecond = pick(random, 0, 0.2);
    f.leavePerSecond = pick(random, 0, 0.1, 0.4);
    f.pausePerSecond = pick(random, 0, 0.1);
    return f;
  }

  static SimFaults none() {
    SimFaults f = new SimFaults();
    f.delayNanos = 200_000;
    f.storeDelayNanos = 2_000_000;
    return f;
  }

  private static double pick(Random random, double... values) {
    return values[random.nextInt(values.length)];
  }
}

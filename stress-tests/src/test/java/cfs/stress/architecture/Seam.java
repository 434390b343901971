package cfs.stress.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * What the world outside gives, and the calls that would take it past its port. One such call in a protocol makes a
 * failing seed fail differently the next time.
 */
enum Seam {
  CLOCK("the clock port", Seam::isClock),
  RANDOM("the random port", Seam::isRandom),
  THREAD("a lane or the task spawner", Seam::isThread),
  FILE("the block device port or an adapter", Seam::isFile),
  SOCKET("the transport port", Seam::isSocket),
  ASYNC("an executor that the caller passes", Seam::isHiddenExecutor);

  private static final Set<Module> DETERMINISTIC = EnumSet.of(Module.CORE, Module.LOCK, Module.VOLUME,
      Module.SNAPSHOT, Module.QOS);

  private final String instead;
  private final Predicate<AccessTarget> bypass;

  Seam(String instead, Predicate<AccessTarget> bypass) {
    this.instead = instead;
    this.bypass = bypass;
  }

  /** cfs-host wires the real world and is free; fuse-mount is an adapter that only has to leave the clock alone. */
  boolean binds(Module module) {
    return DETERMINISTIC.contains(module) || (this == CLOCK && module == Module.FUSE);
  }

  ArchRule rule() {
    return rule(DescribedPredicate.describe("of its modules",
        type -> Module.of(type).filter(this::binds).isPresent()));
  }

  /** The same rule over other classes, for the test that it fires. */
  ArchRule rule(DescribedPredicate<JavaClass> where) {
    return ArchRuleDefinition.noClasses().that(where).and().resideOutsideOfPackage("..adapter..").should()
        .accessTargetWhere(DescribedPredicate.<JavaAccess<?>>describe("bypasses the seam " + name(),
            access -> bypass.test(access.getTarget())))
        .because("it must go through " + instead).allowEmptyShould(true);
  }

  private static boolean isClock(AccessTarget target) {
    String owner = owner(target);
    return is(target, "java.lang.System", "nanoTime", "currentTimeMillis")
        || (owner.startsWith("java.time.") && target.getName().equals("now"))
        || (owner.equals(Clock.class.getName())
            && (target.getName().startsWith("system") || target.getName().startsWith("tick")))
        || (is(target, "java.util.Date", "<init>") && parameters(target).isEmpty())
        || is(target, "java.util.Calendar", "getInstance");
  }

  private static boolean isRandom(AccessTarget target) {
    String owner = owner(target);
    return Set.of("java.util.Random", "java.util.SplittableRandom", "java.security.SecureRandom",
        "java.util.concurrent.ThreadLocalRandom").contains(owner)
        || owner.startsWith("java.util.random.")
        || is(target, "java.lang.Math", "random") || is(target, "java.lang.StrictMath", "random")
        || is(target, "java.util.UUID", "randomUUID")
        || (is(target, "java.util.Collections", "shuffle") && parameters(target).size() == 1);
  }

  private static boolean isThread(AccessTarget target) {
    String owner = owner(target);
    return is(target, "java.lang.Thread", "<init>", "sleep", "ofVirtual", "ofPlatform", "startVirtualThread",
        "start",
        "yield")
        || owner.startsWith("java.lang.Thread$Builder")
        || is(target, "java.util.concurrent.TimeUnit", "sleep")
        || owner.equals("java.util.concurrent.Executors")
        || (Set.of("java.util.concurrent.ForkJoinPool", "java.util.concurrent.ThreadPoolExecutor",
            "java.util.concurrent.ScheduledThreadPoolExecutor", "java.util.Timer").contains(owner)
            && Set.of("<init>", "commonPool").contains(target.getName()))
        || target.getName().equals("parallelStream")
        || (owner.startsWith("java.util.stream.") && target.getName().equals("parallel"));
  }

  private static boolean isFile(AccessTarget target) {
    String owner = owner(target);
    return (owner.startsWith("java.io.File") && !target.getOwner().isAssignableTo(Throwable.class))
        || owner.equals("java.io.RandomAccessFile") || owner.equals("java.nio.file.Files")
        || owner.equals("java.nio.channels.FileChannel")
        || owner.equals("java.nio.channels.AsynchronousFileChannel");
  }

  private static boolean isSocket(AccessTarget target) {
    String owner = owner(target);
    return (owner.startsWith("java.net.") && owner.contains("Socket") && !owner.contains("SocketAddress")
        && !target.getOwner().isAssignableTo(Throwable.class))
        || owner.startsWith("java.net.http.")
        || (owner.startsWith("java.nio.channels.")
            && (owner.contains("Socket") || owner.contains("DatagramChannel") || owner.endsWith("Selector")))
        || is(target, "java.net.InetAddress", "getByName", "getAllByName", "getLocalHost")
        || is(target, "java.net.URL", "openStream", "openConnection");
  }

  private static boolean isHiddenExecutor(AccessTarget target) {
    if (!target.getOwner().isAssignableTo(CompletableFuture.class)
        && !owner(target).equals("java.util.concurrent.CompletionStage")) {
      return false;
    }
    boolean withoutExecutor = parameters(target).stream().filter(type -> type.isAssignableTo(Executor.class))
        .findAny().isEmpty();
    return (target.getName().endsWith("Async") && withoutExecutor)
        || Set.of("orTimeout", "completeOnTimeout", "delayedExecutor").contains(target.getName());
  }

  private static boolean is(AccessTarget target, String owner, String... names) {
    return owner(target).equals(owner) && Arrays.asList(names).contains(target.getName());
  }

  private static String owner(AccessTarget target) {
    return target.getOwner().getName();
  }

  private static List<JavaClass> parameters(AccessTarget target) {
    return target instanceof AccessTarget.CodeUnitAccessTarget unit ? unit.getRawParameterTypes() : List.of();
  }
}

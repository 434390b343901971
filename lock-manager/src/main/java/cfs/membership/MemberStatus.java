package cfs.membership;

import cfs.lock.LockStatus;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A moment of this host's membership, for people and tests.
 *
 * @param suspects members without an announcement, each with the number of failed attempts to fence it
 * @param replaying journal slots that this host replays now
 * @param replayFailures replays that failed and were tried again
 * @param missingReports hosts whose report of held locks this host's tables still wait for
 * @param storeProblem why the store's content cannot be used; null when it can
 */
public record MemberStatus(HostRecord self, Phase phase, View view, Map<Integer, Integer> suspects,
    Set<Integer> replaying,
    long replayFailures, Set<Integer> missingReports,
    @Nullable String storeProblem, LockStatus locks) {}

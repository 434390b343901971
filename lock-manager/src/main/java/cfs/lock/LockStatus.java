package cfs.lock;

/**
 * A moment of the lock protocol of one host, for people and tests.
 *
 * @param known locks this host holds, wants or still answers for
 * @param held locks held in a mode other than NL
 * @param mastered resources whose table is here
 * @param contended resources mastered here for which a host waits
 * @param granting false while the cluster rebuilds or recovers
 * @param requests lock requests this host made, repeats not counted
 * @param grants grants this host gave as a master
 * @param granted grants this host got
 * @param demotions locks given away or weakened by this host
 * @param demotionFailures demotions whose work failed and was tried again
 * @param timeouts acquires that gave up
 * @param staleFrames received frames of another view
 * @param badFrames received frames that could not be decoded or came from a stranger
 */
public record LockStatus(int known, int held, int mastered, int contended, boolean granting, long requests,
    long grants,
    long granted, long demotions, long demotionFailures, long timeouts, long messagesSent,
    long messagesReceived,
    long framesSent, long framesReceived, long staleFrames, long badFrames) {}

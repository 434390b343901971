package cfs.lock;

/** What the lock protocol of one host did so far; changed on the lane only. */
final class LockCounters {
  long requests;
  long grants;
  long granted;
  long demotions;
  long demotionFailures;
  long timeouts;
  long messagesSent;
  long messagesReceived;
  long framesSent;
  long framesReceived;
  long staleFrames;
  long badFrames;
}

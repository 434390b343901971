package cfs.stress.process;

import cfs.fs.JournalRecovery;
import cfs.fs.TestHost;
import cfs.membership.Member;
import cfs.membership.ThreadedCluster;
import cfs.port.BlockDevice;
import java.util.concurrent.TimeUnit;

/** A host with everything but a kernel: member of the cluster, mount, background work on a thread of its own. */
final class HostInProcess {
  final TestHost host;
  final Member member;
  final CuttableDevice device;
  private final Thread background;
  private volatile boolean running = true;

  HostInProcess(int id, BlockDevice lun, ThreadedCluster cluster) throws Exception {
    device = new CuttableDevice(lun);
    JournalRecovery recovery = new JournalRecovery(device);
    member = cluster.member(id, recovery);
    recovery.locks(member.locks());
    member.join().get(30, TimeUnit.SECONDS);
    host = new TestHost(id, device, member.locks(), recovery);
    background = Thread.ofPlatform().daemon().name("background-" + id).start(this::work);
  }

  private void work() {
    while (running) {
      try {
        host.tasks.tick();
        Thread.sleep(20);
      } catch (cfs.error.FencedException killed) {
        return;
      } catch (InterruptedException end) {
        return;
      }
    }
  }

  void leave() throws Exception {
    running = false;
    background.join();
    host.fs.close();
    member.leave().get(30, TimeUnit.SECONDS);
  }
}

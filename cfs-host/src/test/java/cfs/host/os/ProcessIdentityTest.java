package cfs.host.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIdentityTest {
  @TempDir
  private Path directory;

  @Test
  void aWrittenIdentityIsReadBackAndLives() {
    Path file = directory.resolve("pid");
    ProcessIdentity.current().write(file);
    assertThat(ProcessIdentity.living(file)).contains(ProcessIdentity.current());
  }

  @Test
  void aPidThatWasUsedAgainIsNotTheProcess() {
    ProcessIdentity current = ProcessIdentity.current();
    ProcessIdentity earlier = new ProcessIdentity(current.pid(), current.startTicks() - 1, current.bootId());
    ProcessIdentity otherBoot = new ProcessIdentity(current.pid(), current.startTicks(), "another-boot");
    assertThat(earlier.alive()).isFalse();
    assertThat(otherBoot.alive()).isFalse();
  }

  @Test
  void aKilledProcessIsGoneAlsoWhileItIsAZombie() throws Exception {
    Process child = new ProcessBuilder("sleep", "1000").start();
    ProcessIdentity identity = ProcessIdentity.of(child.pid()).orElseThrow();
    assertThat(identity.alive()).isTrue();
    identity.signal(true);
    assertThat(child.waitFor()).isNotZero();
    assertThat(identity.alive()).isFalse();
  }

  @Test
  void aSignalIsNotSentToAProcessThatOnlyHasThePid() throws Exception {
    Process child = new ProcessBuilder("sleep", "1000").start();
    try {
      ProcessIdentity real = ProcessIdentity.of(child.pid()).orElseThrow();
      new ProcessIdentity(real.pid(), real.startTicks() + 1, real.bootId()).signal(true);
      assertThat(child.isAlive()).isTrue();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void aTornFileIsNobody() throws IOException {
    for (String text : new String[]{"", "12", "12 34", "x y z", "1 2 3 4"}) {
      assertThat(ProcessIdentity.read(Files.writeString(directory.resolve("pid"), text))).isEmpty();
    }
    assertThat(ProcessIdentity.read(directory.resolve("none"))).isEmpty();
  }
}

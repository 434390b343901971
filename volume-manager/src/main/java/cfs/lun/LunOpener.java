package cfs.lun;

import cfs.port.BlockDevice;

/** Opens LUNs by path; memory LUNs in tests, files and devices in production. */
public interface LunOpener {
  /** How a LUN is claimed on this host. Across hosts nothing but fencing and cluster locks protects it. */
  enum Claim {
    /** For serving: any number of processes of this host. */
    SHARED,
    /** For formatting: refused while any other process of this host has it open for serving or has it mounted. */
    EXCLUSIVE
  }

  /** The LUN, read-write; {@link VolumeException} when there is none, or none that may be used as one. */
  BlockDevice open(String path, Claim claim);
}

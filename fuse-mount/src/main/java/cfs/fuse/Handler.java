package cfs.fuse;

/** Serves requests of one opcode; may block. */
interface Handler {
  /**
   * @return bytes of reply body written, or {@link Request#NO_REPLY}
   * @throws cfs.error.FsException with the errno to answer
   */
  int serve(Request request);
}

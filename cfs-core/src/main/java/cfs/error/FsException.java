package cfs.error;

import org.jspecify.annotations.Nullable;

/** A refusal with an {@link FsError}. Expected outcomes such as NO_ENTRY are frequent, hence no stack trace by default. */
public class FsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FsError error;

  public FsException(FsError error) {
    this(error, error.advice());
  }

  public FsException(FsError error, String message) {
    super(message, null, false, false);
    this.error = error;
  }

  /** With a cause, for failures that need a trace in the log (I/O, corruption). */
  public FsException(FsError error, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.error = error;
  }

  public FsError error() {
    return error;
  }
}

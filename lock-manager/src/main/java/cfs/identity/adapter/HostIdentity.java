package cfs.identity.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import javax.net.ssl.SSLException;

/** What one host proves itself with: its key, its certificate and the authority that it accepts others from. */
public final class HostIdentity {
  static final String AUTHORITY_FILE = "ca.crt";

  private final int hostId;
  private final PrivateKey key;
  private final X509Certificate certificate;
  private final X509Certificate authority;

  HostIdentity(int hostId, PrivateKey key, X509Certificate certificate, X509Certificate authority) {
    this.hostId = hostId;
    this.key = key;
    this.certificate = certificate;
    this.authority = authority;
  }

  /** Reads {@code ca.crt}, {@code host-<id>.crt} and {@code host-<id>.key}; they must belong together. */
  public static HostIdentity load(Path dir, int hostId) {
    HostIdentity identity = new HostIdentity(hostId, Pem.privateKey(keyFile(dir, hostId)),
        Pem.certificate(certificateFile(dir, hostId)), Pem.certificate(dir.resolve(AUTHORITY_FILE)));
    identity.checkBelongsTogether(dir);
    return identity;
  }

  /** Writes the three files that {@link #load} reads, to be carried to the host itself. */
  public void save(Path dir) {
    PrivateFile.createDirectory(dir);
    try {
      Pem.write(dir.resolve(AUTHORITY_FILE), authority);
      Pem.write(certificateFile(dir, hostId), certificate);
      Pem.write(keyFile(dir, hostId), key);
    } catch (GeneralSecurityException e) {
      throw new FsException(FsError.INVALID, "cannot encode the certificate of host " + hostId, e);
    }
  }

  public int hostId() {
    return hostId;
  }

  /** From then on no peer accepts this host; a new certificate must be issued before. */
  public Instant expiry() {
    return certificate.getNotAfter().toInstant();
  }

  /** For accepting connections: TLS 1.3 only, the peer must prove itself too, and tickets live a second. */
  public SslContext serverContext() {
    return build(SslContextBuilder.forServer(key, certificate).clientAuth(ClientAuth.REQUIRE));
  }

  /** For dialling. Peers are known by host id, not by address: the caller checks the id in the certificate. */
  public SslContext clientContext() {
    return build(
        SslContextBuilder.forClient().keyManager(key, certificate).endpointIdentificationAlgorithm(null));
  }

  private SslContext build(SslContextBuilder builder) {
    try {
      // A resumed session does not look at the certificate again, so a long-lived ticket would outlive it.
      return builder.sslProvider(SslProvider.JDK).trustManager(authority).protocols("TLSv1.3")
          .ciphers(List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384")).sessionCacheSize(1)
          .sessionTimeout(1).build();
    } catch (SSLException e) {
      throw new FsException(FsError.INVALID,
          "this JVM cannot speak TLS 1.3 with the identity of host " + hostId, e);
    }
  }

  private void checkBelongsTogether(Path dir) {
    OptionalInt named = HostName.hostId(certificate);
    if (named.isEmpty() || named.getAsInt() != hostId) {
      throw new FsException(FsError.INVALID,
          certificateFile(dir, hostId) + " was not issued to host " + hostId);
    }
    try {
      certificate.verify(authority.getPublicKey());
      byte[] probe = HostName.of(hostId).getBytes(StandardCharsets.US_ASCII);
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certificate);
      signature.update(probe);
      if (!signature.verify(signed)) {
        throw new FsException(FsError.INVALID,
            keyFile(dir, hostId) + " is not the key of the certificate beside it");
      }
    } catch (GeneralSecurityException e) {
      throw new FsException(FsError.INVALID,
          "the certificate of host " + hostId + " in " + dir + " was not issued by the authority beside it",
          e);
    }
  }

  private static Path certificateFile(Path dir, int hostId) {
    return dir.resolve("host-" + hostId + ".crt");
  }

  private static Path keyFile(Path dir, int hostId) {
    Invariant.check(hostId >= 0, "host ids are not negative", hostId);
    return dir.resolve("host-" + hostId + ".key");
  }
}

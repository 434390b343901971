package cfs.identity.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority of one cluster (EC P-256, X.509 v3, RFC 5280): who holds its key decides which hosts exist.
 * Only the host that runs {@code cfs cluster} commands needs it; daemons need a {@link HostIdentity}.
 */
public final class ClusterIdentity {
  private static final String KEY_FILE = "ca.key";
  private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(20 * 365);
  private static final Duration HOST_VALIDITY = Duration.ofDays(5 * 365);
  /** Certificates start in the past, so that hosts whose clocks differ by less still accept each other. */
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path dir;
  private final UUID cluster;
  private final PrivateKey key;
  private final X509Certificate certificate;

  private ClusterIdentity(Path dir, UUID cluster, PrivateKey key, X509Certificate certificate) {
    this.dir = dir;
    this.cluster = cluster;
    this.key = key;
    this.certificate = certificate;
  }

  /** Makes a new authority in {@code dir} (mode 0700, files 0600); refuses to replace one. */
  public static ClusterIdentity create(Path dir, UUID cluster) {
    PrivateFile.createDirectory(dir);
    if (Files.exists(dir.resolve(KEY_FILE))) {
      throw new FsException(FsError.EXISTS, dir + " holds a cluster identity already");
    }
    KeyPair pair = newKey();
    X500Name name = new X500Name("CN=cfs-ca,O=" + cluster);
    Instant now = Instant.now();
    X509Certificate certificate = sign(name, name, pair.getPublic(), pair.getPrivate(), null,
        now.minus(CLOCK_SKEW), now.plus(AUTHORITY_VALIDITY));
    Pem.write(dir.resolve(KEY_FILE), pair.getPrivate());
    try {
      Pem.write(dir.resolve(HostIdentity.AUTHORITY_FILE), certificate);
    } catch (GeneralSecurityException e) {
      throw new FsException(FsError.INVALID, "cannot encode the certificate of cluster " + cluster, e);
    }
    return new ClusterIdentity(dir, cluster, pair.getPrivate(), certificate);
  }

  /** Reads the authority back; needed only for issuing. */
  public static ClusterIdentity load(Path dir) {
    PrivateKey key = Pem.privateKey(dir.resolve(KEY_FILE));
    X509Certificate certificate = Pem.certificate(dir.resolve(HostIdentity.AUTHORITY_FILE));
    try {
      String organization = HostName.only(new JcaX509CertificateHolder(certificate).getSubject(), false);
      return new ClusterIdentity(dir, UUID.fromString(organization), key, certificate);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new FsException(FsError.INVALID, dir + " holds a certificate that is not of a CFS cluster", e);
    }
  }

  public UUID cluster() {
    return cluster;
  }

  /**
   * Issues a new key and certificate to a host, valid for five years, and saves them beside the authority. Issuing again
   * renews; the older certificate stays valid until it expires.
   *
   * @param hostId 0 to 999,999,999
   */
  public HostIdentity issueHost(int hostId) {
    if (hostId < 0 || hostId > 999_999_999) {
      throw new FsException(FsError.INVALID, "a host id is between 0 and 999999999, not " + hostId);
    }
    Instant now = Instant.now();
    HostIdentity identity = issue(HostName.of(hostId), hostId, now.minus(CLOCK_SKEW),
        now.plus(HOST_VALIDITY));
    identity.save(dir);
    return identity;
  }

  /** Issues any name and time, so that tests can show what peers refuse. */
  HostIdentity issue(String commonName, int hostId, Instant notBefore, Instant notAfter) {
    KeyPair pair = newKey();
    try {
      X500Name issuer = new JcaX509CertificateHolder(certificate).getSubject();
      X509Certificate issued = sign(issuer, new X500Name("CN=" + commonName + ",O=" + cluster),
          pair.getPublic(),
          key, certificate, notBefore, notAfter);
      return new HostIdentity(hostId, pair.getPrivate(), issued, certificate);
    } catch (GeneralSecurityException e) {
      throw new FsException(FsError.INVALID, "cannot read the authority of cluster " + cluster, e);
    }
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new FsException(FsError.NOT_SUPPORTED, "this JVM cannot make EC P-256 keys", e);
    }
  }

  /** Signs a host certificate, or the authority's own when {@code authority} is null. */
  private static X509Certificate sign(X500Name issuer, X500Name subject, PublicKey subjectKey,
      PrivateKey issuerKey,
      @Nullable X509Certificate authority, Instant notBefore, Instant notAfter) {
    boolean isAuthority = authority == null;
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(issuer,
          new BigInteger(127, RANDOM),
          Date.from(notBefore), Date.from(notAfter), subject, subjectKey);
      builder.addExtension(Extension.subjectKeyIdentifier, false,
          extensions.createSubjectKeyIdentifier(subjectKey));
      builder.addExtension(Extension.basicConstraints, true,
          isAuthority ? new BasicConstraints(0) : new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true,
          new KeyUsage(isAuthority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
      if (authority != null) {
        builder.addExtension(Extension.authorityKeyIdentifier, false,
            extensions.createAuthorityKeyIdentifier(authority));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(
            new KeyPurposeId[]{KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      }
      return new JcaX509CertificateConverter().getCertificate(
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey)));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new FsException(FsError.NOT_SUPPORTED, "cannot sign a certificate for " + subject, e);
    }
  }
}

package cfs.identity.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificates and unencrypted PKCS#8 keys as PEM text (RFC 7468), one object per file. */
final class Pem {
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";

  private Pem() {}

  static void write(Path file, X509Certificate certificate) throws GeneralSecurityException {
    PrivateFile.write(file, encode(CERTIFICATE, certificate.getEncoded()));
  }

  static void write(Path file, PrivateKey key) {
    PrivateFile.write(file, encode(PRIVATE_KEY, key.getEncoded()));
  }

  static X509Certificate certificate(Path file) {
    byte[] der = decode(file, CERTIFICATE);
    try {
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException e) {
      throw new FsException(FsError.INVALID, file + " holds no valid certificate: " + e.getMessage(), e);
    }
  }

  static PrivateKey privateKey(Path file) {
    byte[] der = decode(file, PRIVATE_KEY);
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new FsException(FsError.INVALID, file + " holds no valid EC key: " + e.getMessage(), e);
    }
  }

  private static String encode(String type, byte[] der) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, der));
    } catch (IOException e) {
      throw new IllegalStateException("a StringWriter does not fail", e);
    }
    return text.toString();
  }

  private static byte[] decode(Path file, String type) {
    try (PemReader reader = new PemReader(new StringReader(PrivateFile.read(file)))) {
      PemObject object = reader.readPemObject();
      if (object == null || !object.getType().equals(type)) {
        throw new FsException(FsError.INVALID, file + " is not a PEM file with a " + type);
      }
      return object.getContent();
    } catch (IOException | IllegalArgumentException e) {
      throw new FsException(FsError.INVALID, file + " is a damaged PEM file: " + e.getMessage(), e);
    }
  }
}

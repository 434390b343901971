package cfs.identity.adapter;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/**
 * The common name that proves a host id: {@code cfs-host-<id>}. Exactly one CN and one spelling per id, so that no two
 * certificates can be read as the same host by mistake, and none as two.
 */
public final class HostName {
  private static final Pattern COMMON_NAME = Pattern.compile("cfs-host-(0|[1-9][0-9]{0,8})");

  private HostName() {}

  /** @param hostId 0 to 999,999,999 */
  public static String of(int hostId) {
    return "cfs-host-" + hostId;
  }

  /** The host that a certificate speaks for; empty if it speaks for none. The chain must be proven by the caller. */
  public static OptionalInt hostId(X509Certificate certificate) {
    try {
      Matcher name = COMMON_NAME.matcher(only(new JcaX509CertificateHolder(certificate).getSubject(), true));
      return name.matches() ? OptionalInt.of(Integer.parseInt(name.group(1))) : OptionalInt.empty();
    } catch (GeneralSecurityException e) {
      return OptionalInt.empty();
    }
  }

  /** The only CN (or else O) of a name; the empty string when there is none or more than one. */
  static String only(X500Name subject, boolean commonName) {
    RDN[] found = subject.getRDNs(commonName ? BCStyle.CN : BCStyle.O);
    return found.length == 1 && !found[0].isMultiValued()
        ? IETFUtils.valueToString(found[0].getFirst().getValue())
        : "";
  }
}

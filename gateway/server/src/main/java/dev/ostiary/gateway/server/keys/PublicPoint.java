package dev.ostiary.gateway.server.keys;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import javax.crypto.KeyAgreement;

/**
 * The public half of a P-256 private key. PKCS#8 need not hold it (RFC 5915 §3), and the JDK has no multiplication to offer
 * but the one inside ECDH: agreeing with the curve's generator as the other party gives the abscissa of the public point, and
 * of its two ordinates the right one is that which verifies a signature.
 */
final class PublicPoint {

    private static final int FIELD_BITS = 256;
    private static final byte[] PROBE = {1};

    private PublicPoint() {}

    static boolean isOnP256(ECParameterSpec curve) {
        return curve.getCurve().getField().getFieldSize() == FIELD_BITS
                && curve.getCurve().getField() instanceof ECFieldFp field
                && curve.getCurve().getA().equals(field.getP().subtract(BigInteger.valueOf(3)))
                && curve.getCofactor() == 1;
    }

    static ECPublicKey of(ECPrivateKey secret) {
        ECParameterSpec curve = secret.getParams();
        if (!(curve.getCurve().getField() instanceof ECFieldFp field)) {
            throw new IllegalArgumentException("the key is not on P-256");
        }
        BigInteger p = field.getP();
        try {
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(secret);
            agreement.doPhase(key(curve, curve.getGenerator()), true);
            BigInteger x = new BigInteger(1, agreement.generateSecret());
            BigInteger square = x.modPow(BigInteger.valueOf(3), p)
                    .add(curve.getCurve().getA().multiply(x))
                    .add(curve.getCurve().getB())
                    .mod(p);
            // P-256's prime is 3 mod 4 (SEC 1, 2.3.4).
            BigInteger y = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
            ECPublicKey candidate = key(curve, new ECPoint(x, y));
            return verifies(candidate, secret) ? candidate : key(curve, new ECPoint(x, p.subtract(y)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key is not on P-256", e);
        }
    }

    private static boolean verifies(ECPublicKey candidate, ECPrivateKey secret) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(secret);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(candidate);
        signature.update(PROBE);
        return signature.verify(signed);
    }

    private static ECPublicKey key(ECParameterSpec curve, ECPoint point) throws GeneralSecurityException {
        return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve));
    }
}

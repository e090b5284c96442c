package libp2p.sim;

/**
 * Logarithm and exponential, made of IEEE 754 additions, multiplications and divisions alone, which every platform rounds alike; those of
 * {@code Math} may differ in the last digit between a JVM, JavaScript and Wasm. Good to about 10^-15.
 */
final class Elementary {
    private static final double LN2 = 0.6931471805599453;
    private static final double ROOT2 = 1.4142135623730951;

    /** Exponents at which a double has left its range. */
    private static final double EXP_MOST = 709;

    private static final int LN_TERMS = 12; // (0.1716^2)^12 < 10^-18
    private static final int EXP_TERMS = 16; // 0.3466^16 / 16! < 10^-20

    private Elementary() {}

    /** The natural logarithm of a positive, normal number. */
    static double ln(double x) {
        if (!(x >= Double.MIN_NORMAL) || x == Double.POSITIVE_INFINITY) throw new IllegalArgumentException("ln of " + x);
        long bits = Double.doubleToLongBits(x);
        int exponent = (int) (bits >>> 52) - 1023;
        double m = Double.longBitsToDouble(bits & 0x000fffffffffffffL | 0x3ff0000000000000L); // [1, 2)
        if (m > ROOT2) {
            m /= 2;
            exponent++;
        }
        double s = (m - 1) / (m + 1); // ln m = 2 artanh s, |s| <= 0.1716
        double square = s * s;
        double sum = 0;
        for (int k = LN_TERMS; k >= 0; k--) sum = sum * square + 1.0 / (2 * k + 1);
        return exponent * LN2 + 2 * s * sum;
    }

    /** e to the power of x; 0 or the largest double beyond their range. */
    static double exp(double x) {
        if (x < -EXP_MOST) return 0;
        if (x > EXP_MOST) return Double.MAX_VALUE;
        double whole = Math.floor(x / LN2 + 0.5);
        double r = x - whole * LN2; // |r| <= 0.3466
        double sum = 1;
        for (int k = EXP_TERMS; k >= 1; k--) sum = 1 + sum * r / k;
        int n = (int) whole;
        return n < -1022 ? 0 : sum * Double.longBitsToDouble((long) (n + 1023) << 52);
    }

    /** The natural logarithm of the rest that is left of 1, for {@code part} of {@code [0, 1)}. */
    static double lnRest(double part) {
        return ln(1 - part);
    }
}

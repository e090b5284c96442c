package libp2p.jvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks what calls more than Android 26 has; the build refuses such calls elsewhere. A host for Android replaces these parts. */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.CLASS)
@interface BeyondAndroid26 {
    /** What it calls, and why. */
    String value();
}

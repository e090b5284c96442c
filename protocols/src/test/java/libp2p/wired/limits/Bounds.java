package libp2p.wired.limits;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the limits that a test goes beyond by one. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Bounds {
    /** Components of {@link libp2p.core.net.Limits}. */
    String[] value();
}

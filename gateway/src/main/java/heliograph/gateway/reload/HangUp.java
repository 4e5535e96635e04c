package heliograph.gateway.reload;

import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;

/**
 * Has {@code SIGHUP} do something in place of ending the process, as is the JVM's way. The JDK has
 * no other interface for signals than {@code sun.misc.Signal}, of which javac warns in a way that
 * cannot be turned off; so it is looked up by its name.
 */
public final class HangUp {
  private HangUp() {}

  /**
   * Does something at each signal.
   *
   * @param action must not wait
   * @return whether there is such a signal here, and {@code -Xrs} does not leave it to the system
   */
  public static boolean has(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object onSignal =
          MethodHandleProxies.asInterfaceInstance(
              handler,
              MethodHandles.dropArguments(
                  MethodHandles.lookup()
                      .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                      .bindTo(action),
                  0,
                  signal));
      var _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), onSignal);
      return true;
    } catch (InvocationTargetException _) {
      // The system has no such signal, or the JVM was told to leave it alone.
      return false;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the JDK has no sun.misc.Signal", e);
    }
  }
}

package heliograph.publisher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The library lives in other people's processes: what it uses, and what it shows, is bounded. */
class StandsAloneTest {
  private static final Set<String> USED =
      Set.of(
          "java.io",
          "java.lang",
          "java.lang.invoke",
          "java.lang.runtime",
          "java.net",
          "java.net.http",
          "java.nio",
          "java.nio.charset",
          "java.security",
          "java.security.spec",
          "java.time",
          "java.time.format",
          "java.time.temporal",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.locks",
          "java.util.function",
          "java.util.regex",
          "java.util.stream",
          "javax.crypto",
          "javax.crypto.spec",
          "heliograph.contract",
          "heliograph.publisher",
          "org.jspecify.annotations");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(Publisher.class.getProtectionDomain().getCodeSource().getLocation());

  private static List<JavaClass> own() {
    return CLASSES.stream()
        .filter(type -> type.getPackageName().equals("heliograph.publisher"))
        .toList();
  }

  @Test
  void itUsesTheContractAndTheJdkAlone() {
    Set<String> strangers = new TreeSet<>();
    for (JavaClass type : own()) {
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(used -> !used.isPrimitive() && !USED.contains(used.getPackageName()))
          .forEach(used -> strangers.add(type.getName() + " -> " + used.getName()));
    }
    assertEquals(Set.of(), strangers);
  }

  @Test
  void itShowsNoMoreThanThis() {
    Set<String> shown = new TreeSet<>();
    for (JavaClass type : own()) {
      if (type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass()) {
        shown.add(type.getSimpleName());
      }
    }
    assertEquals(
        Set.of(
            "Credential",
            "EventBuilder",
            "PublishException",
            "Published",
            "Publisher",
            "PublisherBuilder"),
        shown);
  }
}

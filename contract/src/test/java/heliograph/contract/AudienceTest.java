package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An audience admits those it names, and whoever cannot be read from it is not admitted. */
class AudienceTest {
  @ParameterizedTest
  @CsvSource({
    "admin,       '',      ada, admin,         true",
    "admin,       '',      ada, 'staff admin', true",
    "admin,       '',      ada, staff,         false",
    "admin,       '',      ada, '',            false",
    "admin,       '',      ada, Admin,         false",
    "admin,       '',      ada, administrator, false",
    "'',          ada,     ada, '',            true",
    "'',          ada,     bob, '',            false",
    "'',          ada,     Ada, '',            false",
    "admin,       ada,     ada, '',            true",
    "admin,       ada,     bob, admin,         true",
    "admin,       ada,     bob, staff,         false",
    "'ada admin', '',      ada, '',            false",
    "'',          'admin', ada, admin,         false",
  })
  void membersAreThoseWithOneOfTheRolesOrUsers(
      String roles, String users, String subject, String has, boolean admitted) {
    Audience audience = new Audience.Members(words(roles), words(users));

    assertEquals(admitted, audience.admits(claims(subject, words(has))));
  }

  @Test
  void everyoneAdmitsAlsoWhoHasNoRole() {
    assertEquals(true, new Audience.Everyone().admits(claims("ada", Set.of())));
  }

  @Test
  void anEmptyListIsRefusedInsteadOfMeaningEverybody() {
    Refusal.assertInvalid("roles", () -> new Audience.Members(Set.of(), Set.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t", "a\nb", "a\u0000", "\uDE00"})
  void aNameThatCannotBeReadIsRefused(String name) {
    Refusal.assertInvalid("roles", () -> new Audience.Members(Set.of(name), Set.of("ada")));
    Refusal.assertInvalid("users", () -> new Audience.Members(Set.of("admin"), Set.of(name)));
  }

  @Test
  void namesAndTheirNumberHaveALimit() {
    Set<String> most = names(Audience.MAX_NAMES);
    Set<String> tooMany = names(Audience.MAX_NAMES + 1);
    String longest = "é".repeat(Audience.MAX_NAME);

    assertEquals(most, new Audience.Members(most, Set.of(longest)).roles());
    Refusal.assertInvalid("roles", () -> new Audience.Members(tooMany, Set.of()));
    Refusal.assertInvalid("users", () -> new Audience.Members(Set.of(), tooMany));
    Refusal.assertInvalid("users", () -> new Audience.Members(Set.of(), Set.of(longest + "x")));
  }

  @Example
  void theNamesAreACopy() {
    Set<String> roles = new LinkedHashSet<>(Set.of("admin"));
    Audience audience = new Audience.Members(roles, Set.of());

    roles.add("guest");

    assertEquals(false, audience.admits(claims("ada", Set.of("guest"))));
  }

  @Property(tries = 200)
  void whoHasNoneOfTheNamesIsNeverAdmitted(
      @ForAll @IntRange(min = 1, max = 20) int named, @ForAll @IntRange(max = 20) int has) {
    Audience audience = new Audience.Members(names(named), names(named));
    Set<String> others =
        IntStream.range(0, has).mapToObj(i -> "other-" + i).collect(Collectors.toSet());

    assertEquals(false, audience.admits(claims("nobody", others)));
  }

  private static Set<String> names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "name-" + i).collect(Collectors.toSet());
  }

  private static Set<String> words(String text) {
    return text.isEmpty() ? Set.of() : Set.of(text.split(" ", -1));
  }

  private static Claims claims(String subject, Set<String> roles) {
    return new Claims(subject, new Tenant("acme"), roles, Instant.MAX);
  }
}

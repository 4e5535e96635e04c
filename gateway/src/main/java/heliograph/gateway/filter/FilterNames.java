package heliograph.gateway.filter;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.regex.Pattern;

/**
 * Makes sure that a filter names no attribute of {@code event} that can never be there: such a
 * filter would be accepted, and never choose an event. One thread.
 */
final class FilterNames {
  // CloudEvents 1.0 says how an attribute may be named; events are held to this length.
  private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]{1,64}");
  private static final Set<String> AUDIENCE = Set.of("roles", "users");

  private final LongFunction<String> place;
  private boolean data;

  private FilterNames(LongFunction<String> place) {
    this.place = place;
  }

  /**
   * Checks the names in a filter.
   *
   * @param expression an expression whose size {@link FilterCost} has checked
   * @param place says where in the text a part is, by its id
   * @return whether the data of events is named
   * @throws heliograph.contract.RelayException INVALID_REQUEST naming what can never be there
   */
  static boolean check(CelExpr expression, LongFunction<String> place) {
    FilterNames names = new FilterNames(place);
    names.look(expression);
    return names.data;
  }

  private void look(CelExpr part) {
    switch (part.exprKind().getKind()) {
      case SELECT -> {
        if (isEvent(part.select().operand())) {
          checkName(part, part.select().field());
        }
        look(part.select().operand());
      }
      case LIST -> part.list().elements().forEach(this::look);
      case CALL -> {
        name(part.call()).ifPresent(name -> checkName(part, name));
        part.call().target().ifPresent(this::look);
        part.call().args().forEach(this::look);
      }
      case IDENT -> data |= !isEvent(part);
      case CONSTANT, MAP, STRUCT, COMPREHENSION, NOT_SET -> {
        // These name no attribute, or are refused by FilterCost.
      }
    }
  }

  /** The name in {@code event['name']} and {@code 'name' in event}; empty for other calls. */
  private static Optional<String> name(CelCall call) {
    List<CelExpr> parts = call.args();
    return switch (call.function()) {
      case "_[_]" -> isEvent(parts.getFirst()) ? text(parts.getLast()) : Optional.empty();
      case "@in" -> isEvent(parts.getLast()) ? text(parts.getFirst()) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static boolean isEvent(CelExpr part) {
    return part.exprKind().getKind() == CelExpr.ExprKind.Kind.IDENT
        && part.ident().name().equals(FilteredEvent.EVENT);
  }

  private static Optional<String> text(CelExpr part) {
    return part.exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT
            && part.constant().getKind() == CelConstant.Kind.STRING_VALUE
        ? Optional.of(part.constant().stringValue())
        : Optional.empty();
  }

  private void checkName(CelExpr part, String name) {
    if (AUDIENCE.contains(name)) {
      throw bad(part, "event has no " + name + ": whom else an event is for is told to nobody");
    }
    if (name.equals(FilteredEvent.DATA)) {
      throw bad(part, "event has no data: that is called data alone");
    }
    if (!ATTRIBUTE.matcher(name).matches()) {
      throw bad(part, "no attribute has such a name: they are of lower-case letters and digits");
    }
  }

  private RuntimeException bad(CelExpr part, String what) {
    return FilterExpression.bad(place.apply(part.id()) + what);
  }
}

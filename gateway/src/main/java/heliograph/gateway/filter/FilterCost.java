package heliograph.gateway.filter;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Makes sure that one evaluation of a filter takes microseconds, or a millisecond or two for the
 * worst, because nobody can end it halfway; how many there may be, its subscriber's budget says.
 * There are no loops, arithmetic or regular expressions, so each part of an expression is evaluated
 * at most once, and only a few parts may search in data. One thread.
 */
final class FilterCost {
  /** The most parts of an expression. */
  static final int MAX_PARTS = 100;

  /** The most parts that search in data. */
  static final int MAX_SEARCHES = 4;

  /** The longest text to search for, in characters. */
  static final int MAX_NEEDLE = 64;

  private static final Set<String> EQUALITIES = Set.of("_==_", "_!=_");
  private static final Set<String> SEARCHES = Set.of("contains", "@in", "size");
  private static final Set<String> OTHERS =
      Set.of(
          "_&&_",
          "_||_",
          "!_",
          "_?_:_",
          "_<_",
          "_<=_",
          "_>_",
          "_>=_",
          "-_",
          "_[_]",
          "startsWith",
          "endsWith",
          "int",
          "double",
          "timestamp",
          "duration");

  private final LongFunction<String> place;
  private int parts;
  private int searches;

  private FilterCost(LongFunction<String> place) {
    this.place = place;
  }

  /**
   * Checks what a filter may cost.
   *
   * @param place says where in the text a part is, by its id
   * @throws heliograph.contract.RelayException INVALID_REQUEST if it would cost too much
   */
  static void check(CelExpr expression, LongFunction<String> place) {
    new FilterCost(place).add(expression);
  }

  private void add(CelExpr part) {
    if (++parts > MAX_PARTS) {
      throw bad(part, "over " + MAX_PARTS + " parts");
    }
    switch (part.exprKind().getKind()) {
      case CONSTANT, IDENT -> {
        // These take a single look-up.
      }
      case SELECT -> add(part.select().operand());
      case LIST -> part.list().elements().forEach(this::add);
      case CALL -> addCall(part, part.call());
      case MAP, STRUCT, COMPREHENSION, NOT_SET -> throw bad(part, "not allowed in a filter");
    }
  }

  private void addCall(CelExpr part, CelCall call) {
    String name = call.function();
    List<CelExpr> arguments = call.args();
    if (EQUALITIES.contains(name)) {
      if (arguments.stream().noneMatch(FilterCost::isConstant)) {
        throw bad(part, "one side of a comparison for equality is to be a constant");
      }
    } else if (SEARCHES.contains(name)) {
      searches++;
      if (searches > MAX_SEARCHES) {
        throw bad(part, "contains, in and size: over " + MAX_SEARCHES + " of them");
      }
      checkNeedle(part, name, arguments);
    } else if (!OTHERS.contains(name)) {
      throw bad(part, name + " is not allowed in a filter");
    }
    call.target().ifPresent(this::add);
    arguments.forEach(this::add);
  }

  private void checkNeedle(CelExpr part, String name, List<CelExpr> arguments) {
    boolean known =
        switch (name) {
          case "contains" -> isConstant(arguments.getFirst());
          case "@in" -> arguments.stream().anyMatch(FilterCost::isConstant);
          default -> true;
        };
    if (!known) {
      throw bad(part, "what is looked for, or through, is to be a constant");
    }
    if (name.equals("contains")
        && arguments.getFirst().constant().getKind() == CelConstant.Kind.STRING_VALUE
        && arguments.getFirst().constant().stringValue().length() > MAX_NEEDLE) {
      throw bad(part, "what is looked for has over " + MAX_NEEDLE + " characters");
    }
  }

  private static boolean isConstant(CelExpr part) {
    return switch (part.exprKind().getKind()) {
      case CONSTANT -> true;
      case LIST -> part.list().elements().stream().allMatch(FilterCost::isConstant);
      case CALL ->
          part.call().function().equals("-_")
              && part.call().args().stream().allMatch(FilterCost::isConstant);
      case IDENT, SELECT, MAP, STRUCT, COMPREHENSION, NOT_SET -> false;
    };
  }

  private RuntimeException bad(CelExpr part, String what) {
    return FilterExpression.bad(place.apply(part.id()) + what);
  }
}

package heliograph.gateway.filter;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.Program;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.relay.Filter;
import heliograph.relay.StoredEvent;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A subscriber's filter in CEL, the Common Expression Language: {@code event} is what CloudEvents
 * says of the event, {@code data} its data. An expression that cannot be evaluated for an event, or
 * is neither true nor false for it, does not want the event. Two are equal if their texts are. Any
 * thread.
 */
final class FilterExpression implements Filter {
  /** The longest expression, in characters. */
  static final int MAX_LENGTH = 1024;

  private static final int MAX_DEPTH = 32;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .maxExpressionCodePointSize(MAX_LENGTH)
          .maxParseRecursionDepth(MAX_DEPTH)
          .maxParseErrorRecoveryLimit(1)
          .enableHeterogeneousNumericComparisons(true)
          .enableComprehension(false)
          .comprehensionMaxIterations(0)
          .build();

  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setOptions(OPTIONS)
          // The other standard macros are loops.
          .setStandardMacros(CelStandardMacro.HAS)
          .addVar(FilteredEvent.EVENT, MapType.create(SimpleType.STRING, SimpleType.DYN))
          .addVar(FilteredEvent.DATA, SimpleType.DYN)
          .build();
  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();

  // The type of data is known only when there is some, so DYN is let pass.
  private static final Set<CelType> TRUTH = Set.of(SimpleType.BOOL, SimpleType.DYN);

  private static final AtomicLong LAST = new AtomicLong();

  private final String text;
  private final Program program;
  private final ParsedEvents events;
  private final boolean data;
  private final long number = LAST.incrementAndGet();

  private FilterExpression(String text, Program program, ParsedEvents events, boolean data) {
    this.text = text;
    this.program = program;
    this.events = events;
    this.data = data;
  }

  /**
   * Compiles an expression.
   *
   * @param events where events are kept that were parsed
   * @throws RelayException INVALID_REQUEST saying what is wrong, and where
   */
  static FilterExpression of(String text, ParsedEvents events) {
    if (text.length() > MAX_LENGTH) {
      throw bad("over " + MAX_LENGTH + " characters");
    }
    try {
      CelAbstractSyntaxTree tree = COMPILER.compile(text).getAst();
      if (!TRUTH.contains(tree.getResultType())) {
        throw bad("line 1, column 1: is neither true nor false");
      }
      FilterCost.check(tree.getExpr(), offset -> at(tree, offset));
      boolean data = FilterNames.check(tree.getExpr(), offset -> at(tree, offset));
      return new FilterExpression(text, RUNTIME.createProgram(tree), events, data);
    } catch (CelValidationException wrong) {
      CelIssue first = wrong.getErrors().getFirst();
      throw bad(place(first.getSourceLocation()) + first.getMessage());
    } catch (CelEvaluationException wrong) {
      throw bad(String.valueOf(wrong.getMessage()));
    }
  }

  private static String at(CelAbstractSyntaxTree tree, long node) {
    Integer offset = tree.getSource().getPositionsMap().get(node);
    return offset == null
        ? ""
        : tree.getSource().getOffsetLocation(offset).map(FilterExpression::place).orElse("");
  }

  private static String place(CelSourceLocation location) {
    return "line %s, column %s: "
        .formatted(
            Integer.toString(location.getLine()), Integer.toString(location.getColumn() + 1));
  }

  /** The condition as it was written. */
  @Override
  public String toString() {
    return text;
  }

  /** The refusal INVALID_REQUEST of a filter. */
  static RelayException bad(String what) {
    return new RelayException(ErrorCode.INVALID_REQUEST, "filter: " + what);
  }

  @Override
  public boolean wants(StoredEvent seen) {
    try {
      return Boolean.TRUE.equals(program.eval(events.of(seen)));
    } catch (CelEvaluationException _) {
      return false;
    } catch (RuntimeException _) {
      // Anybody may write the expression, and the thread delivers for others as well: what the
      // library did not foresee must end nothing but this evaluation.
      return false;
    }
  }

  @Override
  public long number() {
    return number;
  }

  /** Whether it looks at more than the attributes of events. */
  boolean readsData() {
    return data;
  }

  /** The characters of the expression. */
  int length() {
    return text.length();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FilterExpression that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }
}

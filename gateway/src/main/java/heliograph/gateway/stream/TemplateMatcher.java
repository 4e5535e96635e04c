package heliograph.gateway.stream;

import heliograph.contract.RelayException;
import heliograph.gateway.profile.PathTemplate;
import io.helidon.common.uri.UriPath;
import io.helidon.http.PathMatcher;
import io.helidon.http.PathMatchers;

/**
 * Finds the requests for the path of a profile, as it was sent: what is encoded in a segment stays
 * in it. Any thread.
 */
record TemplateMatcher(PathTemplate template) implements PathMatcher {
  @Override
  public PathMatchers.MatchResult match(UriPath path) {
    return fits(path) ? PathMatchers.any().match(path) : PathMatchers.MatchResult.notAccepted();
  }

  private boolean fits(UriPath path) {
    try {
      return template.match(path.rawPath()).isPresent();
    } catch (RelayException _) {
      // It is for this path, and its endpoint says what is wrong with it.
      return true;
    }
  }

  @Override
  public PathMatchers.PrefixMatchResult prefixMatch(UriPath path) {
    return PathMatchers.PrefixMatchResult.notAccepted();
  }
}

package heliograph.benchmark;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * JSON like that of GitHub's webhooks: near 8 KB, most of it URLs that repeat each other, as the
 * median of GitHub's own examples; gzip makes a fifth of it, as of those. One thread.
 */
final class Github {
  private static final List<String> OF_USER =
      words(
          """
          followers following gists starred subscriptions orgs repos events received_events
          """);
  private static final List<String> OF_REPOSITORY =
      words(
          """
          forks keys{/key_id} collaborators{/collaborator} teams hooks issues/events{/number}
          events assignees{/user} branches{/branch} tags git/blobs{/sha} git/tags{/sha}
          git/refs{/sha} git/trees{/sha} statuses/{sha} languages stargazers contributors
          subscribers subscription commits{/sha} git/commits{/sha} comments{/number}
          issues/comments{/number} contents/{+path} compare/{base}...{head} merges
          {archive_format}{/ref} downloads issues{/number} pulls{/number} milestones{/number}
          notifications{?since,all,participating} labels{/name} releases{/id} deployments
          """);
  private static final List<String> OF_MESSAGE =
      words(
          """
          fix the reader of streams when a client leaves add tests for retry update README limits
          and metrics refuse bad
          """);

  private final Random random = new Random(42);

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }

  /** The data of a push, with its number in front. */
  String push(long number) {
    String name = "project-" + random.nextInt(1000);
    String owner = "user" + random.nextInt(1000);
    String repository = "https://api.github.com/repos/" + owner + "/" + name;
    String urls =
        OF_REPOSITORY.stream()
            .map(
                it ->
                    "\"%s_url\":\"%s/%s\"".formatted(it.replaceAll("[^a-z]", "_"), repository, it))
            .collect(Collectors.joining(","));
    return """
    {"seq":%s,"ref":"refs/heads/main","before":"%s","after":"%s","created":false,"deleted":false,\
    "forced":false,"base_ref":null,"commits":[%s,%s],"repository":{"id":%s,"name":"%s",\
    "full_name":"%s/%s","private":false,"owner":%s,%s,"created_at":%s,"size":%s,"language":"Java",\
    "has_issues":true,"has_projects":true,"has_downloads":true,"has_wiki":true,"archived":false,\
    "open_issues_count":%s,"default_branch":"main"},"head_commit":%s,"pusher":%s,"organization":%s,"sender":%s}\
    """
        .formatted(
            number,
            sha(),
            sha(),
            commit(repository),
            commit(repository),
            id(),
            name,
            owner,
            name,
            user(owner),
            urls,
            id(),
            id(),
            random.nextInt(100),
            commit(repository),
            user(owner),
            user("organization" + random.nextInt(1000)),
            user("user" + random.nextInt(1000)));
  }

  private String commit(String repository) {
    String sha = sha();
    String message =
        random
            .ints(12, 0, OF_MESSAGE.size())
            .mapToObj(OF_MESSAGE::get)
            .collect(Collectors.joining(" "));
    return """
    {"id":"%s","tree_id":"%s","message":"%s","timestamp":"2026-05-15T15:%02d:41Z",\
    "url":"%s/commit/%s","added":[],"removed":[],"modified":["README.md"]}\
    """
        .formatted(sha, sha(), message, random.nextInt(60), repository, sha);
  }

  private String user(String login) {
    String urls =
        OF_USER.stream()
            .map(it -> "\"%s_url\":\"https://api.github.com/users/%s/%s\"".formatted(it, login, it))
            .collect(Collectors.joining(","));
    return """
    {"login":"%s","id":%s,"avatar_url":"https://avatars1.githubusercontent.com/u/%s?v=4",\
    "html_url":"https://github.com/%s",%s,"type":"User","site_admin":false}\
    """
        .formatted(login, id(), id(), login, urls);
  }

  private String sha() {
    return "%016x%016x%08x".formatted(random.nextLong(), random.nextLong(), random.nextInt());
  }

  private int id() {
    return random.nextInt(100_000_000);
  }
}

package heliograph.gateway.access;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import heliograph.contract.Claims;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a ticket says, before it is signed. Read only after its signature: it is what we wrote.
 *
 * @param id its own, by which its use is remembered
 * @param sold when, in milliseconds of Unix time
 * @param until when its time is over, in milliseconds of Unix time
 * @param sub of who opens a stream with it, as the rest: what a token calls its claims
 */
record TicketText(
    String id,
    long sold,
    long until,
    String sub,
    String tenant,
    Set<String> roles,
    List<String> topics,
    long exp,
    String iss,
    @JsonSetter(nulls = Nulls.SET) @Nullable String sid,
    @JsonSetter(nulls = Nulls.SET) @Nullable String jti,
    long iat) {

  static TicketText of(String id, long sold, long until, Claims claims) {
    Claims.Proof proof = claims.proof();
    return new TicketText(
        id,
        sold,
        until,
        claims.subject(),
        claims.tenant().name(),
        claims.roles(),
        claims.topics().stream().map(TopicPattern::value).toList(),
        claims.expires().getEpochSecond(),
        proof.issuer(),
        proof.session().orElse(null),
        proof.token().orElse(null),
        proof.issued().getEpochSecond());
  }

  Claims claims() {
    return new Claims(
        sub,
        new Tenant(tenant),
        roles,
        topics.stream().map(TopicPattern::new).toList(),
        Instant.ofEpochSecond(exp),
        new Claims.Proof(
            iss, Optional.ofNullable(sid), Optional.ofNullable(jti), Instant.ofEpochSecond(iat)));
  }
}

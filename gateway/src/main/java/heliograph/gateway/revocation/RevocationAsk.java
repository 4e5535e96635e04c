package heliograph.gateway.revocation;

/** What is asked of the revocations. */
sealed interface RevocationAsk {
  /** That these credentials are taken back. */
  record TakeBack(Revocation revocation) implements RevocationAsk {}

  /** That they are given back which this one takes back. */
  record GiveBack(RevocationId id) implements RevocationAsk {}

  /** What became of it. */
  sealed interface Outcome {
    /**
     * It is kept, as it is said here.
     *
     * @param fresh whether anything changed
     */
    record Kept(RevocationId id, Revocation revocation, boolean fresh) implements Outcome {}

    /** It is kept no longer. */
    record Gone() implements Outcome {}

    /** None of that id is kept. */
    record Unknown() implements Outcome {}

    record Refused(heliograph.contract.RelayException why) implements Outcome {}
  }
}

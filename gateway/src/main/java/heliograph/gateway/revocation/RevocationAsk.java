package heliograph.gateway.revocation;

/** A change that the thread of revocations is asked for. */
sealed interface RevocationAsk {
  /** Credentials are to be taken back. */
  record TakeBack(Revocation revocation) implements RevocationAsk {}

  /** The revocation of this id is to be given up, so that its credentials are good again. */
  record GiveBack(RevocationId id) implements RevocationAsk {}

  /** What became of such a change. */
  sealed interface Outcome {
    /**
     * The revocation is kept, in the form that is given here.
     *
     * @param fresh whether anything changed
     */
    record Kept(RevocationId id, Revocation revocation, boolean fresh) implements Outcome {}

    /** The revocation is kept no longer. */
    record Gone() implements Outcome {}

    /** No revocation of that id is kept. */
    record Unknown() implements Outcome {}

    /** The change was refused, and nothing has changed. */
    record Refused(heliograph.contract.RelayException why) implements Outcome {}
  }
}

/// What somebody may ask of a learner.
public enum LearnerCommand: Sendable, Hashable {
    /// Learn now, for this reason.
    case learn(reason: String)
    /// Answer with an earlier version again.
    case rollback(version: String)
    /// Learn nothing until `resume`.
    case pause
    case resume
}

public import Formats
public import Learning

/// What a learner wants done.
public enum LearnerAction: Sendable {
    /// From the next sample on this bundle answers. Its signature is that of the bundle before.
    case serve(ModelBundle)
    /// Goes to the sinks, keyed by the last event of the lesson.
    case tell(Effect.Kind, JSON)
}

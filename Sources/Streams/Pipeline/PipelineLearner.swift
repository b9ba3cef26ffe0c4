/// Learns from what passes through a pipeline.
///
/// The pipeline cuts the stream into lessons of `lessonLength` samples, whatever batches it reads, so equal streams give equal bits. A
/// lesson is worked through before the next sample is answered: work for longer than a few milliseconds is spread over lessons. When the
/// pipeline cannot keep up, lessons are shed, never answers.
public protocol PipelineLearner: CheckpointPart {
    /// Samples of a lesson, 1 to 65,536: the fewer, the sooner the learner hears; 1 for one event an hour, 256 for thousands a second.
    var lessonLength: Int { get }

    /// Takes the next lesson.
    ///
    /// - Throws: what ends the pipeline; a lesson that cannot be learned is told as an effect.
    mutating func on(_ lesson: Lesson) throws -> [LearnerAction]

    /// Lessons that the pipeline had no time for, with what they held.
    mutating func onShed(samples: Int, labels: Int)

    /// Does what somebody asks for, between two lessons.
    ///
    /// - Throws: if it is not possible; nothing has changed then.
    mutating func on(_ command: LearnerCommand) throws -> [LearnerAction]

    /// What this learner holds at most, in bytes, however long the stream is.
    var memoryLimit: Int { get }
}

extension PipelineLearner {
    public mutating func onShed(samples: Int, labels: Int) {}
    public mutating func on(_ command: LearnerCommand) throws -> [LearnerAction] {
        throw StreamError("learner", "takes no commands", at: partName)
    }
}

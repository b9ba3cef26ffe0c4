import Engine
import Learning

/// A shallow model, fitted to the training part, that could stand in the net's place.
struct ShallowFit {
    let name: String
    /// Its answers to rows of numbers, in the scale of the net's.
    let answers: (Corpus.Flat) throws -> Answers
    /// The same for a batch of rows, f32 [batch, columns], so that a bundle can hold it.
    let graph: (Tensor) throws -> Tensor
}

/// A module without parameters: all that it knows is in the graph.
struct ShallowNet: Module {}

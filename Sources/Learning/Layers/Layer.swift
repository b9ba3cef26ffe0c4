public import Engine

/// A module that makes one tensor of one tensor, as the parts of a `Sequential` do.
public protocol Layer: Module {
    /// What the layer makes of `x`.
    ///
    /// A shape that the layer cannot take ends the program with the text of the error that `check(_:)` throws.
    func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor

    /// Refuses what the layer cannot take: the door for models whose description comes from outside.
    ///
    /// - Throws: an `EngineError` that names the layer, the reason and the operands.
    func check(_ input: TensorType) throws
}

extension Layer {
    public func check(_ input: TensorType) throws {}

    /// The type of what the layer makes of an input of this type, without computing anything.
    ///
    /// - Throws: as `check(_:)`.
    public func outputType(for input: TensorType) throws -> TensorType {
        try check(input)
        var pass = Pass.inference
        return self(Tensor.input("input", input.shape, input.dtype), &pass).type
    }

    /// `check(_:)` for calls in code: a shape mistake ends the program with its text.
    func demand(_ x: Tensor) {
        do { try check(x.type) } catch { trap(error) }
    }
}

public import Engine

/// y = after(body(x) + shortcut(x)): what the body computes is added to its input.
///
/// Parameters are called `body.0.weight`, …, `shortcut.weight`. He et al., "Deep Residual Learning" (2016).
public struct Residual: Layer {
    public let body: Sequential
    /// Makes the input fit the body's result; nil where it does already.
    public let shortcut: (any Layer)?
    public let after: Activation

    public init(shortcut: (any Layer)? = nil, after: Activation = .identity, @LayerBuilder body: () -> [any Layer]) {
        self.body = Sequential(body())
        self.shortcut = shortcut
        self.after = after
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        let result = Scope.named("body") { body(x, &pass) }
        let kept = shortcut.map { layer in Scope.named("shortcut") { layer(x, &pass) } } ?? x
        do { try match(result.type, kept.type) } catch { trap(error) }
        return after(result + kept)
    }

    public func check(_ input: TensorType) throws {
        let result = try Scope.named("body") { try body.outputType(for: input) }
        try match(result, try shortcut.map { layer in try Scope.named("shortcut") { try layer.outputType(for: input) } } ?? input)
    }

    private func match(_ result: TensorType, _ kept: TensorType) throws {
        guard result == kept else {
            throw EngineError("residual", "the body's result and what is added to it differ", operands: [result, kept])
        }
    }
}

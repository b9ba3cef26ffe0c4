public import Engine

/// Layers one after the other; their parameters are called `0.weight`, `1.bias`, …
///
///     let net = Sequential {
///         Conv2D(1, 16, kernel: 3, padding: .same)
///         Activation.relu
///         MaxPool(2)
///         Flatten()
///         for _ in 0..<2 {
///             Linear(3136, 3136)
///             Activation.relu
///         }
///         Dropout(0.5)
///         Linear(3136, 10)
///     }
///     let logits = net(images, &pass)
public struct Sequential: Layer, TransparentModule {
    public let layers: [any Layer]

    public init(_ layers: [any Layer]) { self.layers = layers }
    public init(@LayerBuilder _ layers: () -> [any Layer]) { self.layers = layers() }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        var x = x
        for (place, layer) in layers.enumerated() {
            x = Scope.named(String(place)) { layer(x, &pass) }
        }
        return x
    }

    public func check(_ input: TensorType) throws {
        var type = input
        for (place, layer) in layers.enumerated() {
            type = try Scope.named(String(place)) { try layer.outputType(for: type) }
        }
    }
}

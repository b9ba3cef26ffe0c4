public import Engine

/// The largest values of as many windows as asked for, which together cover the image: [batch, spatial…, channels] →
/// [batch, outputs…, channels] for an input of any extents.
public struct AdaptiveMaxPool: PureLayer {
    public let outputs: PerAxis

    public init(_ outputs: PerAxis) { self.outputs = outputs }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return x.adaptiveMaxPool(outputs)
    }

    public func check(_ input: TensorType) throws {
        let count = try spatialExtents("adaptiveMaxPool", input).count
        guard let numbers = outputs.each(count), numbers.allSatisfy({ $0 > 0 }) else {
            throw EngineError("adaptiveMaxPool", "needs \(count) positive numbers of windows", operands: [input])
        }
    }
}

public import Engine

/// The derivatives of `function` at `points` by central differences in f64, one list for each floating-point point and
/// an empty one for each of the others.
///
/// - Parameter function: answers one or more tensors; their sum, each element weighted by a fixed number, is differentiated.
public func differences(of function: ([Tensor]) throws -> [Tensor], at points: [Tensor], step: Double = 1e-5) throws -> [[Double]] {
    let inputs = points.enumerated().map { Tensor.input("point \($0.offset)", $0.element.shape, $0.element.dtype) }
    let program = try Program(inputs: inputs, outputs: [weighted(function(inputs))], options: .init(shards: 1))
    let session = try Session(program, threads: 1)
    func value() -> Double {
        session.run()
        return session.withOutput(0) { $0.load(as: Double.self) }
    }
    for (place, point) in points.enumerated() {
        session.withInput(place) { memory in fill(memory, point) }
    }
    return points.enumerated().map { place, point in
        guard point.dtype == .f64 else { return [] }
        return (0..<point.count).map { element in
            func shifted(_ by: Double) -> Double {
                session.withInput(place) { $0.withMemoryRebound(to: Double.self) { $0[element] += by } }
                defer { session.withInput(place) { $0.withMemoryRebound(to: Double.self) { $0[element] -= by } } }
                return value()
            }
            // Values come back exactly: they are written anew for each element.
            let result = (shifted(step) - shifted(-step)) / (2 * step)
            session.withInput(place) { memory in fill(memory, point) }
            return result
        }
    }
}

/// Holds the gradients of a function to finite differences in f64, and the gradients of those gradients as well.
///
/// - Parameter points: where to differentiate; floating-point tensors must be f64.
/// - Parameter orders: 1 for the gradients alone, 2 for their gradients too.
/// - Returns: the first disagreement in words, nil where there is none.
public func gradientDifference(
    at points: [Tensor], tolerance: Double = 1e-6, step: Double = 1e-5, orders: Int = 2, of function: ([Tensor]) throws -> [Tensor]
) throws -> String? {
    var current = function
    for order in 1...orders {
        let inputs = points.enumerated().map { Tensor.input("point \($0.offset)", $0.element.shape, $0.element.dtype) }
        let loss = try weighted(current(inputs))
        let found = inputs.map { derivative(of: loss, for: $0) }
        let program = try Program(inputs: inputs, outputs: found.compactMap(\.self), options: .init(shards: 1))
        var results = try Session(program, threads: 1).run(points)[...]
        let expected = try differences(of: current, at: points, step: step)
        for (place, wanted) in expected.enumerated() where points[place].dtype == .f64 {
            let values = found[place] == nil ? [Double](repeating: 0, count: wanted.count) : results.removeFirst().doubles()
            if let text = difference(values, wanted, tolerance: tolerance) {
                return "gradient of order \(order) by operand \(place): \(text)"
            }
        }
        let inner = current
        current = { inputs in
            let loss = try weighted(inner(inputs))
            return inputs.compactMap { derivative(of: loss, for: $0) }
        }
    }
    return nil
}

/// The gradient, or nil where the loss does not depend on the target.
private func derivative(of loss: Tensor, for target: Tensor) -> Tensor? {
    target.dtype.isFloat ? try? gradients(of: loss, for: [target])[0] : nil
}

/// The sum of all elements, each times a number of its own, so that errors that cancel in a plain sum are seen.
private func weighted(_ tensors: [Tensor]) -> Tensor {
    var total = Tensor.zeros([], .f64)
    for (place, tensor) in tensors.enumerated() where tensor.dtype == .f64 {
        let weights = (0..<tensor.count).map { 0.5 + Double(($0 * 37 + place * 11 + 5) % 101) / 101 }
        total = total + (tensor * Tensor(weights, tensor.shape)).sum()
    }
    return total
}

private func fill(_ memory: UnsafeMutableRawBufferPointer, _ point: Tensor) {
    if point.dtype == .f64 {
        point.values(Double.self).withUnsafeBytes { memory.copyMemory(from: $0) }
        return
    }
    switch point.dtype {
    case .i64: point.values(Int64.self).withUnsafeBytes { memory.copyMemory(from: $0) }
    case .i32: point.values(Int32.self).withUnsafeBytes { memory.copyMemory(from: $0) }
    case .bool: point.values(Bool.self).withUnsafeBytes { memory.copyMemory(from: $0) }
    case .f32: point.values(Float.self).withUnsafeBytes { memory.copyMemory(from: $0) }
    default:
        fatalError("differences: a point may be f64, or i64, i32, f32 or bool where nothing is differentiated, not \(point.type)")
    }
}

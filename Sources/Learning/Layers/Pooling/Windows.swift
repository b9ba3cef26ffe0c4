import Engine

/// At least one window must fit on every spatial axis of [batch, spatial…, channels].
func requireWindow(
    _ operation: String, _ input: TensorType, _ window: PerAxis, _ stride: PerAxis, _ padding: Padding, _ dilation: PerAxis
) throws {
    let extents = try spatialExtents(operation, input)
    let count = extents.count
    guard let sizes = window.each(count), let steps = stride.each(count), let apart = dilation.each(count),
        (sizes + steps + apart).allSatisfy({ $0 > 0 })
    else { throw EngineError(operation, "window, stride and dilation need \(count) positive numbers", operands: [input]) }
    var before = [Int](repeating: 0, count: count), after = before
    switch padding {
    case .valid: break
    case .same: return
    case .explicit(let first, let last):
        guard let first = first.each(count), let last = last.each(count), (first + last).allSatisfy({ $0 >= 0 }) else {
            throw EngineError(operation, "the padding needs \(count) numbers that are not negative", operands: [input])
        }
        (before, after) = (first, last)
    }
    for axis in 0..<count {
        let reach = (sizes[axis] - 1) * apart[axis] + 1
        if extents[axis] + before[axis] + after[axis] < reach {
            throw EngineError(operation, "a window of \(reach) does not fit into \(extents[axis])", operands: [input])
        }
    }
}

/// The extents between the first and the last axis, of which there must be one to three.
func spatialExtents(_ operation: String, _ input: TensorType) throws -> [Int] {
    guard (3...5).contains(input.shape.rank), input.dtype.isFloat else {
        throw EngineError(operation, "takes [batch, spatial…, channels]", operands: [input])
    }
    return Array(input.shape.extents.dropFirst().dropLast())
}

import CKernels

/// Tensors one after the other along an axis; the other axes agree.
public func concatenate(_ tensors: [Tensor], _ axis: Int) -> Tensor {
    demand(!tensors.isEmpty, "concatenate: needs a tensor at least")
    return tensors.count == 1 ? tensors[0] : Tensor.makeAll(Concatenate(axis: tensors[0].shape.axis(axis)), tensors)[0]
}

/// Tensors of one shape side by side along a new axis.
public func stack(_ tensors: [Tensor], _ axis: Int = 0) -> Tensor {
    demand(!tensors.isEmpty, "stack: needs a tensor at least")
    return concatenate(tensors.map { $0.expanded(axis) }, axis < 0 ? axis + tensors[0].rank + 1 : axis)
}

/// Operands one after the other along an axis.
struct Concatenate: Op {
    let axis: Int
    var name: String { "concatenate" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1 << 20, operands)
        try requireSameType(operands)
        let shape = operands[0].shape
        guard axis >= 0, axis < shape.rank else { throw refuse("axis \(axis) of \(shape.rank)", operands) }
        for operand in operands where operand.shape.rank != shape.rank || operand.shape.removing(axis) != shape.removing(axis) {
            throw refuse("operands differ beside axis \(axis)", operands)
        }
        return [operands[0].with(shape.replacing(axis, with: operands.map { $0.shape[axis] }.reduce(0, +)))]
    }

    func gradient(_ call: Call) -> [Tensor?] { call.flow[0]!.split(call.operands.map { $0.shape[axis] }, axis) }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { axis > 0 ? [Split(operands.map { _ in .slice })] : [] }

    func simplified(_ operands: [Tensor]) -> [Tensor]? { operands.count == 1 ? operands : nil }

    func bind(_ binder: Binder) -> Kernel {
        let target = binder.results[0], size = target.dtype.size
        let rows = target.shape.extents[..<axis].reduce(1, *), inner = target.shape.strides[axis] * size
        let width = target.shape[axis] * inner
        var parts: [(source: UnsafeMutableRawPointer, offset: Int, bytes: Int)] = []
        var offset = 0
        for operand in binder.operands {
            let bytes = operand.shape[axis] * inner
            if bytes > 0 { parts.append((operand.pointer, offset, bytes)) }
            offset += bytes
        }
        let pieces = max(1, min(Binder.pieces(target.shape.count), rows))
        return Kernel(pieces: pieces, label: "concatenate") { piece, _ in
            let range = Binder.range(rows, piece, of: pieces)
            for part in parts {
                for row in range {
                    (target.pointer + row * width + part.offset).copyMemory(from: part.source + row * part.bytes, byteCount: part.bytes)
                }
            }
        }
    }
}

let joiningCatalog: [any Op] = [Concatenate(axis: 0)]

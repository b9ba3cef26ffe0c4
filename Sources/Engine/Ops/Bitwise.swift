/// Operations on the bits of two integers.
public enum BitwiseFunction: String, Codable, Sendable, CaseIterable {
    case and = "bitwiseAnd", or = "bitwiseOr", xor = "bitwiseXor"
    case shiftLeft
    /// Keeps the sign of signed integers.
    case shiftRight
    /// Fills with zeros.
    case logicalShiftRight
}

extension Tensor {
    /// x & y on integers (broadcast); on bool, "and".
    public func bitwiseAnd(_ other: Tensor) -> Tensor { .make(Bitwise(function: .and), self, other) }
    /// x | y
    public func bitwiseOr(_ other: Tensor) -> Tensor { .make(Bitwise(function: .or), self, other) }
    /// x ^ y
    public func bitwiseXor(_ other: Tensor) -> Tensor { .make(Bitwise(function: .xor), self, other) }
    /// ~x: x ^ -1 in two's complement; on bool, "not".
    public func bitwiseNot() -> Tensor {
        switch dtype {
        case .bool: not()
        // -1 does not pass through an unsigned fill.
        case .u8, .u16, .u32, .u64: bitwiseXor(Tensor(Int64(-1)).cast(to: dtype))
        default: bitwiseXor(like(-1))
        }
    }
    /// x · 2ⁿ without the bits that leave the type; a shift by its width or more gives 0.
    public func shiftedLeft(_ count: Tensor) -> Tensor { .make(Bitwise(function: .shiftLeft), self, count) }
    /// ⌊x / 2ⁿ⌋: signed integers keep their sign, unless the shift is `logical`.
    public func shiftedRight(_ count: Tensor, logical: Bool = false) -> Tensor {
        .make(Bitwise(function: logical ? .logicalShiftRight : .shiftRight), self, count)
    }
    public func shiftedLeft(_ count: Int) -> Tensor { shiftedLeft(like(Double(count))) }
    public func shiftedRight(_ count: Int, logical: Bool = false) -> Tensor { shiftedRight(like(Double(count)), logical: logical) }

    /// The number of ones among the bits of each integer.
    public func populationCount() -> Tensor { .make(PopulationCount(), self) }
}

extension Op {
    fileprivate func requireInteger(_ operands: [TensorType], orBool: Bool = false) throws {
        if let odd = operands.first(where: { !$0.dtype.isInteger && !(orBool && $0.dtype == .bool) }) {
            throw refuse("needs integers, got \(odd.dtype)", operands)
        }
    }
}

/// z = f(x, y) on the bits of integers of one type.
struct Bitwise: Op {
    let function: BitwiseFunction
    var name: String { function.rawValue }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireSameType(operands)
        try requireInteger(operands, orBool: [.and, .or, .xor].contains(function))
        return [TensorType(try broadcast(operands), operands[0].dtype)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        guard let result = results.first?.shape, result.rank > 0 else { return [] }
        return [Split(operands.map { $0.shape.rank == result.rank && $0.shape[0] == result[0] ? .slice : .whole })]
    }

    func bind(_ binder: Binder) -> Kernel {
        binder.results[0].dtype.withInteger { type in kernel(type, binder) }
    }

    private func kernel<E: FixedWidthInteger>(_: E.Type, _ binder: Binder) -> Kernel {
        let x = binder.operands[0].pointer(as: E.self), y = binder.operands[1].pointer(as: E.self),
            z = binder.results[0].pointer(as: E.self)
        let space = IterationSpace(binder.results[0].shape, binder.operands.map(\.shape))
        let pieces = Binder.pieces(binder.results[0].shape.count)
        let function = function
        return Kernel(pieces: pieces) { piece, _ in
            @inline(__always) func run(_ combine: (E, E) -> E) {
                let (xs, ys) = (space.strides[0], space.strides[1])
                let (xStep, yStep) = (xs[xs.count - 1], ys[ys.count - 1])
                for row in Binder.range(space.blocks * space.outer, piece, of: pieces) {
                    let (block, outer) = (row / space.outer, row % space.outer)
                    let x = x + space.offset(0, block) + outer * xs[xs.count - 2], y = y + space.offset(1, block) + outer * ys[ys.count - 2]
                    let z = z + row * space.inner
                    for column in 0..<space.inner { z[column] = combine(x[column * xStep], y[column * yStep]) }
                }
            }
            // A shift by a negative number counts as one by more than the width.
            func isWide(_ count: E) -> Bool { count < 0 || count >= E.bitWidth }
            switch function {
            case .and: run { $0 & $1 }
            case .or: run { $0 | $1 }
            case .xor: run { $0 ^ $1 }
            case .shiftLeft: run { isWide($1) ? 0 : $0 &<< $1 }
            case .shiftRight: run { isWide($1) ? ($0 < 0 ? ~0 : 0) : $0 &>> $1 }
            case .logicalShiftRight:
                run { isWide($1) ? 0 : E(truncatingIfNeeded: E.Magnitude(truncatingIfNeeded: $0) &>> E.Magnitude(truncatingIfNeeded: $1)) }
            }
        }
    }
}

/// The number of ones among the bits.
struct PopulationCount: Op {
    var name: String { "populationCount" }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        try requireInteger(operands)
        return operands
    }
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { operands[0].shape.rank > 0 ? [Split([.slice])] : [] }
    func bind(_ binder: Binder) -> Kernel {
        func kernel<E: FixedWidthInteger>(_: E.Type) -> Kernel {
            let x = binder.operands[0].pointer(as: E.self), y = binder.results[0].pointer(as: E.self), count = binder.results[0].shape.count
            return Kernel { _, _ in for index in 0..<count { y[index] = E(truncatingIfNeeded: x[index].nonzeroBitCount) } }
        }
        return binder.results[0].dtype.withInteger { kernel($0) }
    }
}

extension DType {
    /// Calls `body` with the Swift type of an integer or bool.
    func withInteger<R>(_ body: (any FixedWidthInteger.Type) -> R) -> R {
        switch self {
        case .i8: body(Int8.self)
        case .i16: body(Int16.self)
        case .i32: body(Int32.self)
        case .i64: body(Int64.self)
        case .u16: body(UInt16.self)
        case .u32: body(UInt32.self)
        case .u64: body(UInt64.self)
        default: body(UInt8.self)
        }
    }
}

let bitwiseCatalog: [any Op] = BitwiseFunction.allCases.map { Bitwise(function: $0) } + [PopulationCount()]

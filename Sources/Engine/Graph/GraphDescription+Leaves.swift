extension GraphDescription {
    /// What the graph receives in every run: names, types and the axes that may change.
    public var inputSlots: [(label: String, type: TensorType, axes: [String: Int])] {
        inputs.map { number in
            let op = steps[number].op as! Input  // as `encode` and `init(from:)` see to
            return (op.label, op.type, op.axes)
        }
    }

    /// The variables that the graph reads, in the order in which it refers to them.
    public var variableTypes: [(name: String, type: TensorType)] {
        steps.compactMap { ($0.op as? Read).map { ($0.variable, $0.type) } }
    }

    /// The constants, in the order of `encode`.
    public var constantTypes: [TensorType] { steps.compactMap { ($0.op as? Constant)?.type } }

    /// Bytes of all values of the graph, were they kept at once; `Int.max` if they are more.
    public var bytes: Int {
        steps.flatMap(\.results).reduce(0) { sum, type in
            let (total, isTooMuch) = sum.addingReportingOverflow(type.bytes)
            return isTooMuch ? .max : total
        }
    }
}

extension Catalog {
    /// The version of an operation's form on disk; nil where there is no operation of this name.
    public static func codec(of operation: String) -> Int? { types[operation]?.codec }
}

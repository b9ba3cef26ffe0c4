/// The bf16 policy: heavy operations compute in bf16 with f32 accumulation; variables and their updates stay f32.
enum Precision {
    static func narrow(_ outputs: [Tensor]) throws -> [Tensor] {
        // What a value is called in the new graph: at its own width, and in bf16 where it exists so.
        var narrowed: [Tensor.Key: Tensor] = [:]
        var widened: [Tensor.Key: Tensor] = [:]
        func isNarrow(_ tensor: Tensor) -> Bool { narrowed[tensor.key] != nil }
        func wide(_ tensor: Tensor) -> Tensor {
            if let known = widened[tensor.key] { return known }
            let result = narrowed[tensor.key].map { $0.cast(to: .f32) } ?? tensor
            widened[tensor.key] = result
            return result
        }
        func narrow(_ tensor: Tensor) -> Tensor {
            if tensor.dtype != .f32 { return wide(tensor) }
            if let known = narrowed[tensor.key] { return known }
            let result = wide(tensor).cast(to: .bf16)
            narrowed[tensor.key] = result
            return result
        }
        // A value counts as narrow for `follow` operations only if it was computed so: a parameter that happens to have
        // a bf16 copy does not pull its update down.
        var computed = Set<Tensor.Key>()
        for node in reachable(from: outputs) where !node.isLeaf {
            let operands = node.operands
            try Scope.$path.withValue(node.path) {
                let results = node.results.indices.map { Tensor(node, $0) }
                func rebuild(_ operands: [Tensor]) throws {
                    for (old, new) in zip(results, try Tensor.apply(node.op, operands)) {
                        if old.dtype == .f32 && new.dtype == .bf16 {
                            narrowed[old.key] = new
                            computed.insert(old.key)
                        } else {
                            widened[old.key] = new
                        }
                    }
                }
                func narrowAll(_ operands: [Tensor]) -> [Tensor] {
                    operands.enumerated().map { node.op.keepsWide(operand: $0.offset) ? wide($0.element) : narrow($0.element) }
                }
                switch node.op.precision {
                case .narrow where operands.contains { $0.dtype == .f32 }: try rebuild(narrowAll(operands))
                case .narrowOperands where operands.contains { $0.dtype == .f32 }: try rebuild(narrowAll(operands))
                case .follow where operands.contains { computed.contains($0.key) }: try rebuild(narrowAll(operands))
                default: try rebuild(operands.map(wide))
                }
            }
        }
        return outputs.map { wide($0) }
    }
}

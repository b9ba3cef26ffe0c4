internal import Engine

/// Hands the gradients of a bucket to the group's thread as soon as they are computed; what the program computes next goes on beside
/// their way to the other processes.
struct GradientHandOver: Op {
    let exchange: GradientExchange
    let bucket: Int

    var name: String { "gradient_hand_over" }
    /// A token, for `GradientArrival` to come after it.
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        guard operands == exchange.buckets[bucket].types else { throw refuse("the bucket has other tensors", operands) }
        return [TensorType([], .i32)]
    }
    var isPure: Bool { false }
    var isUrgent: Bool { true }

    func bind(_ binder: Binder) throws -> Kernel {
        let exchange = exchange, bucket = bucket
        let values = binder.operands.map { UnsafePointer($0.pointer(as: Float.self)) }
        let token = binder.results[0].pointer(as: Int32.self)
        return Kernel(label: "exchange") { _, _ in
            exchange.handOver(bucket, values)
            token.pointee = 1
        }
    }
}

/// Waits for a bucket to come back. It comes after all hand-overs: waiting earlier could keep a bucket back that others wait for.
struct GradientArrival: Op {
    let exchange: GradientExchange
    let bucket: Int

    var name: String { "gradient_arrival" }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(exchange.buckets.count...exchange.buckets.count, operands)
        return exchange.buckets[bucket].types
    }
    var isPure: Bool { false }

    func bind(_ binder: Binder) throws -> Kernel {
        let exchange = exchange, bucket = bucket
        let targets = binder.results.map { $0.pointer(as: Float.self) }
        return Kernel(label: "exchange") { _, _ in exchange.take(bucket, into: targets) }
    }
}

// Operations are equal if they work on the same exchange. They belong to a run, not to a file.

extension GradientHandOver {
    static func == (a: Self, b: Self) -> Bool { a.exchange === b.exchange && a.bucket == b.bucket }
    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(exchange))
        hasher.combine(bucket)
    }
    init(from decoder: any Decoder) throws { throw unstorable }
    func encode(to encoder: any Encoder) throws { throw unstorable }
}

extension GradientArrival {
    static func == (a: Self, b: Self) -> Bool { a.exchange === b.exchange && a.bucket == b.bucket }
    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(exchange))
        hasher.combine(bucket)
    }
    init(from decoder: any Decoder) throws { throw unstorable }
    func encode(to encoder: any Encoder) throws { throw unstorable }
}

private let unstorable = LearningError("exchange of gradients", "belongs to a run over several processes and has no form on disk")

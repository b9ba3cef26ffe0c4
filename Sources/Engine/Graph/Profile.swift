/// What a program spends its time on.
public struct Profile: Sendable, CustomStringConvertible {
    /// One step of the program, over all of its shards.
    public struct Entry: Sendable {
        /// The operation, or the operations that were fused.
        public let operation: String
        /// The module in whose call it was made.
        public let path: String
        /// The kernel that was chosen.
        public let kernel: String
        /// The types of operands and results; packed ones and parts of a batch are marked.
        public let layout: String
        /// Bytes of operands and results over all shards.
        public let bytes: Int
        /// Mean time of one run, on one thread.
        public let microseconds: Double
    }

    /// Runs over which the times are means.
    public let runs: Int
    /// In the order in which they run.
    public let entries: [Entry]

    /// Mean time of all steps, one after the other.
    public var microseconds: Double { entries.reduce(0) { $0 + $1.microseconds } }

    /// A table, the dearest steps first.
    public var description: String {
        func pad(_ text: String, _ width: Int) -> String {
            text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
        }
        func number(_ value: Double) -> String { String(Double(Int(value * 10)) / 10) }
        var lines = ["\(pad("µs", 10)) \(pad("share", 7)) \(pad("KiB", 9)) \(pad("operation", 34)) \(pad("kernel", 34)) path"]
        for entry in entries.sorted(by: { $0.microseconds > $1.microseconds }) {
            let share = microseconds > 0 ? entry.microseconds / microseconds * 100 : 0
            lines.append(
                "\(pad(number(entry.microseconds), 10)) \(pad(number(share) + " %", 7)) \(pad(number(Double(entry.bytes) / 1024), 9)) \(pad(entry.operation, 34)) \(pad(entry.kernel, 34)) \(entry.path)"
            )
        }
        lines.append("\(number(microseconds)) µs on one thread, mean of \(runs) runs")
        return lines.joined(separator: "\n")
    }

    /// The steps as a Chrome trace (chrome://tracing, Perfetto): JSON, times in microseconds.
    public var chromeTrace: String {
        func quoted(_ text: String) -> String {
            "\""
                + text.unicodeScalars.map { scalar in
                    switch scalar {
                    case "\"": "\\\""
                    case "\\": "\\\\"
                    case _ where scalar.value < 0x20: " "
                    default: String(scalar)
                    }
                }.joined() + "\""
        }
        var time = 0.0
        let events = entries.map { entry in
            defer { time += entry.microseconds }
            return
                "{\"name\":\(quoted(entry.operation)),\"cat\":\(quoted(entry.kernel)),\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":\(time),\"dur\":\(entry.microseconds),\"args\":{\"path\":\(quoted(entry.path)),\"layout\":\(quoted(entry.layout)),\"bytes\":\(entry.bytes)}}"
        }
        return "{\"traceEvents\":[\n" + events.joined(separator: ",\n") + "\n]}\n"
    }
}

extension Program {
    /// Runs the program on these inputs and measures every step, on one thread. Updates of variables take place.
    public func profile(_ inputs: [Tensor] = [], runs: Int = 20) throws -> Profile {
        let session = try Session(self, threads: 1)
        _ = session.run(inputs)
        var times: [Int: UInt64] = [:]
        var order: [(Plan.Step, Session.Bound)] = []
        for round in 0..<max(1, runs) {
            session.trace { step, bound, nanoseconds in
                times[bound.step, default: 0] += nanoseconds
                if round == 0 { order.append((step, bound)) }
            }
        }
        return Profile(
            runs: max(1, runs),
            entries: order.map { step, bound in
                let layouts = (step.operands + step.results).map {
                    ($0.layout == nil ? "" : "packed ") + "\($0.type)" + ($0.part == .slice ? "/\(plan.shards)" : "")
                }
                return Profile.Entry(
                    operation: step.label, path: step.path, kernel: bound.kernels.first?.label ?? "",
                    layout: layouts.joined(separator: " "),
                    bytes: (step.operands + step.results).reduce(0) { $0 + $1.type.bytes } * bound.kernels.count,
                    microseconds: Double(times[bound.step]!) / 1000 / Double(max(1, runs)))
            })
    }

    /// What `check` looks for.
    public enum Check: Sendable { case finite }

    /// Runs the program step by step on these inputs and looks at every result.
    ///
    /// - Throws: an error that names the first operation whose result is not finite, with its module. Variables keep the
    ///   values they had.
    public func check(_ check: Check, _ inputs: [Tensor] = []) throws {
        let session = try Session(self, threads: 1)
        let saved = plan.updated.map { variable in
            let copy = Buffer(bytes: variable.type.bytes)
            copy.pointer.copyMemory(from: variable.buffer.pointer, byteCount: copy.bytes)
            return copy
        }
        defer {
            for (variable, copy) in zip(plan.updated, saved) {
                variable.buffer.pointer.copyMemory(from: copy.pointer, byteCount: copy.bytes)
            }
        }
        session.load(inputs)
        try session.trace { step, bound, _ in
            for result in step.results where result.type.dtype.isFloat && result.layout == nil {
                for shard in bound.kernels.indices {
                    let place = session.memory.place(result, shard: shard)
                    let values = [Double](unsafeUninitializedCapacity: result.type.shape.count) { target, count in
                        count = result.type.shape.count
                        if count > 0 { Engine.load(place.pointer, result.type.dtype, count: count, into: target.baseAddress!) }
                    }
                    if let index = values.firstIndex(where: { !$0.isFinite }) {
                        throw EngineError(
                            step.label, "result is not finite: \(values[index]) at element \(index)", operands: step.operands.map(\.type),
                            path: step.path)
                    }
                }
            }
        }
    }
}

extension Program: CustomStringConvertible {
    /// The steps in their order: what each reads and makes, phase by phase.
    public var description: String {
        var lines = [
            "program: \(inputs.count) inputs, \(outputs.count) outputs, \(plan.steps.count) steps in \(plan.phases.count) phases, \(plan.shards) shards, \(plan.sharedBytes + plan.shards * plan.shardBytes) bytes of working memory"
        ]
        for (number, phase) in plan.phases.enumerated() {
            lines.append(
                "phase \(number)" + (plan.steps[phase.lowerBound].isSplit ? ", for each shard" : "")
                    + (plan.steps[phase.lowerBound].isConstant ? ", once" : ""))
            for step in plan.steps[phase] {
                func list(_ operands: [Plan.Operand]) -> String {
                    operands.map { "%\(plan.root($0.value)) \($0.type)" + ($0.layout == nil ? "" : " packed") }.joined(separator: ", ")
                }
                lines.append(
                    "  \(list(step.results)) = \(step.label)(\(list(step.operands)))" + (step.path.isEmpty ? "" : " '\(step.path)'"))
            }
        }
        return lines.joined(separator: "\n")
    }
}

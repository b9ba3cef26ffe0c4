public import Engine

/// A conditional random field over chains: tags depend on what is seen and on the tag before.
///
///     score(x, y) = start[y₀] + Σ x[t, y(t)] + Σ transitions[y(t-1), y(t)] + end[y(last)]
///     p(y | x) = e^score(x, y) ∕ Σ over all y' of e^score(x, y')
///
///     let loss = crf.loss(emissions, tags, lengths: lengths)
///     let best = crf.decode(emissions, lengths: lengths)
///
/// Lafferty, McCallum and Pereira, "Conditional Random Fields" (2001).
public struct LinearChainCRF: Module {
    /// [from, to]
    public let transitions: Parameter
    /// [tags]
    public let start: Parameter
    /// [tags]
    public let end: Parameter

    public init(_ tags: Int, initializer: Initializer = .uniform(0.1)) {
        transitions = Parameter([tags, tags], initializer)
        start = Parameter([tags], initializer)
        end = Parameter([tags], initializer)
    }

    public var tagCount: Int { start.shape[0] }

    /// -ln p(tags | emissions) of each sequence, reduced.
    ///
    /// - Parameter emissions: [batch, time, tags].
    /// - Parameter tags: [batch, time] integers; what follows a sequence's end is not read.
    /// - Parameter lengths: [batch] integers, at least 1; the whole time if left out.
    public func loss(
        _ emissions: Tensor, _ tags: Tensor, lengths: Tensor? = nil, weights: Tensor? = nil, reduction: Reduction = .mean
    ) -> Tensor {
        reduction("crf", logPartition(emissions, lengths: lengths) - score(emissions, tags, lengths: lengths), weights)
    }

    /// The score of these tags: [batch].
    public func score(_ emissions: Tensor, _ tags: Tensor, lengths: Tensor? = nil) -> Tensor {
        let (batch, time) = sizes(emissions)
        guard tags.shape == [batch, time], tags.dtype.isInteger else {
            trap(EngineError("crf", "takes integers [batch, time] as tags", operands: [emissions.type, tags.type]))
        }
        let x = emissions.inFullPrecision()
        let steps = steps(lengths, batch, time)
        let isValid = Tensor.iota(time).isLess(than: steps.expanded(-1))  // [batch, time]
        let zero = Tensor.fill(0, [], x.dtype)
        let chosen = select(isValid, tags.cast(to: .i64), .fill(0, [], .i64))
        let seen = x.takenAlong(chosen.expanded(-1), 2).reshaped(Shape([batch, time]))
        var total = select(isValid, seen, zero).sum([1]) + start.value.gathered(chosen.selected(0, 1))
        if time > 1 {
            // The place of (from, to) in the flat table.
            let pairs = chosen.sliced(0..<time - 1, 1) * Double(tagCount) + chosen.sliced(1..<time, 1)
            let moves = transitions.value.reshaped(Shape.inferred).gathered(pairs)
            total = total + select(isValid.sliced(1..<time, 1), moves, zero).sum([1])
        }
        let last = chosen.takenAlong((steps - 1).expanded(-1), 1).reshaped(Shape([batch]))
        return total + end.value.gathered(last)
    }

    /// ln Σ e^score over all sequences of tags: [batch].
    public func logPartition(_ emissions: Tensor, lengths: Tensor? = nil) -> Tensor {
        let (batch, time) = sizes(emissions)
        let x = emissions.inFullPrecision().transposed([1, 0, 2])  // [time, batch, tags]
        let runs = Tensor.iota(time).expanded(-1).isLess(than: steps(lengths, batch, time))  // [time, batch]
        let moves = transitions.value.transposed()  // [to, from]
        let (last, _) = scan(carry: [start.value + x.selected(0, 0)], over: [x.sliced(1..<time, 0), runs.sliced(1..<time, 0)]) {
            carry, step in
            let next = (carry[0].expanded(1) + moves).logSumExp([-1]) + step[0]  // [batch, to, from] → [batch, to]
            return ([select(step[1].expanded(-1), next, carry[0])], [])
        }
        return (last[0] + end.value).logSumExp([-1])
    }

    /// The likeliest tags of each sequence, by Viterbi's algorithm (1967): [batch, time] in i64, -1 after a sequence's end.
    public func decode(_ emissions: Tensor, lengths: Tensor? = nil) -> Tensor {
        let (batch, time) = sizes(emissions)
        let x = emissions.inFullPrecision().transposed([1, 0, 2])  // [time, batch, tags]
        let steps = steps(lengths, batch, time)
        let runs = Tensor.iota(time).expanded(-1).isLess(than: steps)  // [time, batch]
        let moves = transitions.value.transposed()  // [to, from]
        let own = Tensor.iota(tagCount).expanded(0).broadcast(to: [batch, tagCount])
        let (last, origins) = scan(carry: [start.value + x.selected(0, 0)], over: [x.sliced(1..<time, 0), runs.sliced(1..<time, 0)]) {
            carry, step in
            let reached = carry[0].expanded(1) + moves  // [batch, to, from]
            let goesOn = step[1].expanded(-1)
            // After the end every tag comes from itself, so that the way back passes through unchanged.
            return ([select(goesOn, reached.max([-1]) + step[0], carry[0])], [select(goesOn, reached.argmax(-1), own)])
        }
        let final = (last[0] + end.value).argmax(-1)  // [batch]
        let (first, rest) = scan(carry: [final], over: [origins[0]], reverse: true) { carry, step in
            ([step[0].takenAlong(carry[0].expanded(-1), 1).reshaped(Shape([batch]))], [carry[0]])
        }
        let path = concatenate([first[0].expanded(0), rest[0]], 0).transposed([1, 0])  // [batch, time]
        return select(Tensor.iota(time).isLess(than: steps.expanded(-1)), path, .fill(-1, [], .i64))
    }

    private func sizes(_ emissions: Tensor) -> (batch: Int, time: Int) {
        guard emissions.rank == 3, emissions.shape[2] == tagCount, emissions.shape[1] > 0 else {
            trap(EngineError("crf", "takes emissions [batch, time, \(tagCount)]", operands: [emissions.type]))
        }
        return (emissions.shape[0], emissions.shape[1])
    }

    private func steps(_ lengths: Tensor?, _ batch: Int, _ time: Int) -> Tensor {
        guard let lengths else { return .fill(Double(time), [batch], .i64) }
        guard lengths.shape == [batch], lengths.dtype.isInteger else {
            trap(EngineError("crf", "lengths must be integers [\(batch)]", operands: [lengths.type]))
        }
        return lengths.cast(to: .i64)
    }
}

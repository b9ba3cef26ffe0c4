public import Engine

/// Connectionist temporal classification: -ln of the probability that a sequence of labels is read off a longer sequence of
/// outputs, over all ways to place them with blanks between and repeats merged.
///
/// - Parameters:
///   - logits: [batch, time, classes], unnormalised.
///   - labels: [batch, longest] integers without blanks; what follows a sequence's end is not read.
///   - lengths: [batch] integers: steps of `logits` that count; all of them if left out.
///   - labelCounts: [batch] integers: labels that count; all of them if left out.
///   - blank: the class that stands for no label.
///   - skipsImpossible: labels that do not fit into the steps give 0 instead of ∞; their gradient is 0 in both cases.
///   - reduction: the mean divides each loss by its number of labels first, as PyTorch does.
/// - Returns: f32[] or f32[batch].
///
/// The forward recursion over places of blanks and labels in logarithms, as a scan over time; its gradient is the backward
/// recursion. Graves et al., "Connectionist Temporal Classification" (2006).
public func ctc(
    _ logits: Tensor, _ labels: Tensor, lengths: Tensor? = nil, labelCounts: Tensor? = nil, blank: Int = 0, skipsImpossible: Bool = false,
    reduction: Reduction = .mean
) -> Tensor {
    guard logits.rank == 3, labels.rank == 2, labels.shape[0] == logits.shape[0], labels.dtype.isInteger,
        (0..<logits.shape[2]).contains(blank), logits.shape[1] > 0
    else {
        trap(
            EngineError(
                "ctc", "takes logits [batch, time, classes], labels [batch, longest] and a blank among the classes, got blank \(blank)",
                operands: [logits.type, labels.type])
        )
    }
    let (batch, time, longest) = (logits.shape[0], logits.shape[1], labels.shape[1])
    for counts in [lengths, labelCounts].compactMap(\.self) where counts.shape != [batch] || !counts.dtype.isInteger {
        trap(EngineError("ctc", "lengths and label counts must be integers [batch]", operands: [logits.type, counts.type]))
    }
    let dtype = logits.dtype
    // Far below every sum of logarithms, but without the NaN that ∞ - ∞ makes in gradients.
    let never = Tensor.fill(-1e30, [], dtype)
    let places = 2 * longest + 1
    let counts = (labelCounts ?? .fill(Double(longest), [batch], .i64)).cast(to: .i64)
    let classes = labels.cast(to: .i64)

    // blank, label, blank, label, …, blank: [batch, places]
    let blanks = Tensor.fill(Double(blank), [batch, longest], .i64)
    let pairs = stack([blanks, classes], 2).reshaped(Shape([batch, 2 * longest]))
    let path = concatenate([pairs, .fill(Double(blank), [batch, 1], .i64)], 1)
    // A place of the path is read where it belongs to the labels that count; labels outside of the classes read nothing.
    let isUsed = Tensor.iota(places).isAtMost((counts * 2).expanded(-1))  // [batch, places]
    let safe = select(isUsed, path, .fill(Double(blank), [], .i64))
    let logarithms = logits.inFullPrecision().logSoftmax()  // [batch, time, classes]
    let read = logarithms.takenAlong(safe.expanded(1).broadcast(to: [batch, time, places]), 2)
    let emitted = read.transposed([1, 0, 2])  // [time, batch, places]

    // From a label the one before last may come first, unless both are equal: the blank between may not be left out.
    let before = concatenate([.fill(-1, [batch, min(2, places)], .i64), safe.sliced(0..<max(0, places - 2), 1)], 1)
    let maySkip = safe.isNotEqual(to: before).and(safe.isNotEqual(to: Tensor.fill(Double(blank), [], .i64)))
        .and(Tensor.iota(places).isAtLeast(Tensor.fill(2, [], .i64)))

    func moved(_ x: Tensor, by count: Int) -> Tensor {
        let kept = max(0, places - count)
        return concatenate([never.broadcast(to: [batch, places - kept]), x.sliced(0..<kept, 1)], 1)
    }
    let first = select(Tensor.iota(places).isLess(than: 2).and(isUsed), emitted.selected(0, 0), never)
    let steps = (lengths ?? .fill(Double(time), [batch], .i64)).cast(to: .i64)
    let runs = Tensor.iota(time).expanded(-1).isLess(than: steps)  // [time, batch]
    let (last, _) = scan(carry: [first], over: [emitted.sliced(1..<time, 0), runs.sliced(1..<time, 0)]) { carry, step in
        let stay = carry[0], one = moved(stay, by: 1)
        let two = select(maySkip, moved(stay, by: 2), never)
        let peak = maximum(maximum(stay, one), two).stopGradient()
        let sum = ((stay - peak).exp() + (one - peak).exp() + (two - peak).exp()).log() + peak
        return ([select(step[1].expanded(-1), maximum(sum + step[0], never), stay)], [])
    }

    // The last label, or the blank after it.
    let end = (counts * 2).expanded(-1)
    let onBlank = last[0].takenAlong(end, 1).reshaped(Shape([batch]))
    let onLabel = last[0].takenAlong(maximum(end - 1, 0), 1).reshaped(Shape([batch]))
    let hasLabels = counts.isGreater(than: 0)
    let label = select(hasLabels, onLabel, never)
    let peak = maximum(onBlank, label).stopGradient()
    let logarithm = ((onBlank - peak).exp() + (label - peak).exp()).log() + peak
    let isPossible = logarithm.isGreater(than: -1e29).and(steps.isGreater(than: 0))
    let losses = select(isPossible, -logarithm, .fill(skipsImpossible ? 0 : .infinity, [], dtype))
    guard reduction == .mean else { return reduction("ctc", losses, nil) }
    return (losses / maximum(counts, 1).cast(to: dtype)).mean()
}

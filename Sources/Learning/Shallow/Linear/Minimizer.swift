import CKernels

/// The minimum of a smooth function by L-BFGS with a line search that keeps the curvature positive.
///
/// Nocedal: Updating quasi-Newton matrices with limited storage (1980); Nocedal, Wright: Numerical optimization, chapter 3 and 7.
struct Minimizer {
    var memory = 10
    var iterations: Int
    /// It ends where no component of the gradient is larger.
    var tolerance: Double

    /// `evaluate` writes the gradient and answers the value. Answers whether the tolerance was reached, and the number of iterations.
    func callAsFunction(_ point: inout [Double], _ evaluate: (_ point: [Double], _ gradient: inout [Double]) -> Double) -> (
        converged: Bool, iterations: Int
    ) {
        let count = point.count
        func dot(_ a: [Double], _ b: [Double]) -> Double { mk_dot_f64(a, b, count) }
        var gradient = [Double](repeating: 0, count: count)
        var value = evaluate(point, &gradient)
        var steps: [[Double]] = [], changes: [[Double]] = [], scales: [Double] = []
        for iteration in 0..<iterations {
            if (gradient.map(\.magnitude).max() ?? 0) <= tolerance { return (true, iteration) }
            // Two loops: the direction of the inverse curvature times the gradient.
            var direction = gradient.map { -$0 }, shares = [Double](repeating: 0, count: steps.count)
            for place in steps.indices.reversed() {
                shares[place] = scales[place] * dot(steps[place], direction)
                for index in 0..<count { direction[index] -= shares[place] * changes[place][index] }
            }
            if let step = steps.last, let change = changes.last {
                let scale = dot(step, change) / dot(change, change)
                for index in 0..<count { direction[index] *= scale }
            }
            for place in steps.indices {
                let share = shares[place] - scales[place] * dot(changes[place], direction)
                for index in 0..<count { direction[index] += share * steps[place][index] }
            }
            var slope = dot(gradient, direction)
            if !(slope < 0) {
                // Rounding has spoiled what was remembered: downhill again.
                (steps, changes, scales) = ([], [], [])
                direction = gradient.map { -$0 }
                slope = -dot(gradient, gradient)
            }
            var length = steps.isEmpty ? min(1, 1 / max(gradient.reduce(0) { $0 + $1.magnitude }, 1e-300)) : 1
            var low = 0.0, high = Double.infinity, trial = point, trialGradient = gradient, trialValue = value
            var found = false
            for _ in 0..<40 {
                for index in 0..<count { trial[index] = point[index] + length * direction[index] }
                trialValue = evaluate(trial, &trialGradient)
                let trialSlope = dot(trialGradient, direction)
                if !(trialValue <= value + 1e-4 * length * slope) {
                    high = length
                } else if trialSlope < 0.9 * slope {
                    low = length
                } else {
                    found = true
                    break
                }
                length = high.isFinite ? (low + high) / 2 : length * 2
            }
            // Where rounding hides any decrease, this is as low as it gets.
            if !found && !(trialValue < value) { return (false, iteration) }
            let step = zip(trial, point).map { $0 - $1 }, change = zip(trialGradient, gradient).map { $0 - $1 }
            let curvature = dot(step, change)
            if curvature > 0 {
                steps.append(step)
                changes.append(change)
                scales.append(1 / curvature)
                if steps.count > memory {
                    steps.removeFirst()
                    changes.removeFirst()
                    scales.removeFirst()
                }
            }
            (point, gradient, value) = (trial, trialGradient, trialValue)
        }
        return ((gradient.map(\.magnitude).max() ?? 0) <= tolerance, iterations)
    }
}

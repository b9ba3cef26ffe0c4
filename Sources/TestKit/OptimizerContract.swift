import Engine
public import Learning

/// What every optimizer has to keep to.
public enum OptimizerContract {
    /// The names of the checks, in their order.
    public static let checks = ["slots", "types", "rest", "pause", "repetition", "in place", "descent", "names"]

    /// The checks that an optimizer fails, with what was found; empty for a good one.
    ///
    /// - Parameter subject: with a rate that suits a bowl of width 1, such as 0.05, and no weight decay.
    public static func violations(_ subject: any Optimizer) -> [String] {
        let found: [String?] = [
            slots(subject), types(subject), rest(subject), pause(subject), repetition(subject), inPlace(subject), descent(subject),
            names(subject),
        ]
        return zip(checks, found).compactMap { check, found in found.map { "\(check): \($0)" } }
    }

    private static let start = Tensor([0.9, -0.7, 0.5, -0.3, 0.2, 1.1] as [Float], [2, 3])
    private static let slope = Tensor([0.3, -0.2, 0.1, 0.4, -0.5, 0.2] as [Float], [2, 3])

    private static func zeros(_ subject: any Optimizer, _ dtype: DType = .f32) -> [Tensor] {
        subject.slots.map { .zeros(subject.shape(ofSlot: $0, for: start.shape), dtype) }
    }

    private static func once(_ subject: any Optimizer, gradient: Tensor, rate: Double? = nil) -> (parameter: Tensor, slots: [Tensor]) {
        subject.update(
            start, gradient: gradient, slots: zeros(subject), rate: Tensor(Float(rate ?? subject.rate)), step: Tensor(1 as Float))
    }

    private static func slots(_ subject: any Optimizer) -> String? {
        Set(subject.slots).count == subject.slots.count && subject.slots.allSatisfy { !$0.isEmpty && !$0.contains(".") }
            ? nil : "names must differ and hold no dots: \(subject.slots)"
    }

    /// Weights and slots come back in their own types, also in f64.
    private static func types(_ subject: any Optimizer) -> String? {
        for dtype in [DType.f32, .f64] {
            let slots = zeros(subject, dtype)
            let new = subject.update(
                start.cast(to: dtype), gradient: slope.cast(to: dtype), slots: slots, rate: .fill(subject.rate, [], dtype),
                step: .fill(1, [], dtype))
            guard new.parameter.type == TensorType(start.shape, dtype), new.slots.map(\.type) == slots.map(\.type) else {
                return "\(dtype): \(new.parameter.type) and \(new.slots.map(\.type)) from slots \(slots.map(\.type))"
            }
        }
        return nil
    }

    /// Without a gradient nothing moves.
    private static func rest(_ subject: any Optimizer) -> String? {
        difference(once(subject, gradient: .zeros(start.shape)).parameter, start, tolerance: 0).map { "moves without a gradient: \($0)" }
    }

    /// At rate 0 the weights stay, whatever the slots learn.
    private static func pause(_ subject: any Optimizer) -> String? {
        difference(once(subject, gradient: slope, rate: 0).parameter, start, tolerance: 0).map { "moves at rate 0: \($0)" }
    }

    private static func repetition(_ subject: any Optimizer) -> String? {
        once(subject, gradient: slope).parameter.doubles() == once(subject, gradient: slope).parameter.doubles()
            ? nil : "equal steps give other bits"
    }

    /// Compiled with updates of variables, as a training step is, it takes the very same steps.
    private static func inPlace(_ subject: any Optimizer) -> String? {
        do {
            let steps = 5
            let (found, wanted) = (try compiled(subject, steps: steps), eager(subject, steps: steps))
            return difference(found, wanted, tolerance: 1e-6)
        } catch {
            return "\(error)"
        }
    }

    private static func compiled(_ subject: any Optimizer, steps: Int) throws -> [Double] {
        let w = Variable("w", start), count = Variable("count", [])
        let slots = subject.slots.map { Variable($0, subject.shape(ofSlot: $0, for: start.shape)) }
        let step = count.value + 1
        let new = subject.update(
            w.value, gradient: slope, slots: slots.map(\.value), rate: .fill(subject.rate, []), step: step)
        let updates = [(variable: count, value: step), (w, new.parameter)] + zip(slots, new.slots).map { (variable: $0, value: $1) }
        let session = try Session(Program(outputs: [step], updates: updates))
        for _ in 0..<steps { session.run() }
        return w.value.doubles()
    }

    private static func eager(_ subject: any Optimizer, steps: Int) -> [Double] {
        var (w, slots) = (start, zeros(subject))
        for step in 1...steps {
            (w, slots) = subject.update(
                w, gradient: slope, slots: slots, rate: Tensor(Float(subject.rate)), step: Tensor(Float(step)))
        }
        return w.doubles()
    }

    /// Within 200 steps of a falling rate it comes down a bowl whose widths differ.
    private static func descent(_ subject: any Optimizer) -> String? {
        let widths = Tensor([1, 0.5, 0.8, 1.2, 0.6, 1] as [Float], [2, 3])
        func height(_ w: Tensor) -> Double { (w.square() * widths).sum().scalar }
        var (w, slots) = (start, zeros(subject))
        for step in 1...200 {
            let rate = subject.rate * (1 - Double(step - 1) / 200)
            (w, slots) = subject.update(w, gradient: w * widths * 2, slots: slots, rate: Tensor(Float(rate)), step: Tensor(Float(step)))
            w = Tensor(w.values(Float.self), w.shape)
            slots = slots.map { Tensor($0.values(Float.self), $0.shape) }
        }
        let (first, last) = (height(start), height(w))
        return last < first * 0.05 ? nil : "a bowl of height \(first) is left at \(last)"
    }

    /// Recipes find it by its name, with these settings.
    private static func names(_ subject: any Optimizer) -> String? {
        do {
            let made = try OptimizerNames.make(subject.name, rate: subject.rate, settings: subject.settings)
            return made.settings == subject.settings && made.rate == subject.rate && type(of: made) == type(of: subject)
                ? nil : "made by its name it is \(made)"
        } catch {
            return "\(error)"
        }
    }
}

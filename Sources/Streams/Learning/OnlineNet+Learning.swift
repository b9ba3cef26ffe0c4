import Engine
import Learning

extension OnlineNet {
    /// Learns a sample, together with others as soon as `settings.fresh` have come.
    ///
    /// A row with a number that cannot be computed with, a target that is no class or not finite, or a weight that is not positive is not
    /// learned, only counted in `refused`.
    ///
    /// - Parameter weight: how often the sample counts; at most 10⁶.
    /// - Returns: whether it could be learned.
    @discardableResult public func learn(
        _ row: some Collection<Float>, target: some Collection<Float> = EmptyCollection(), weight: Float = 1
    ) -> Bool {
        guard accepts(row, target, weight) else {
            refused += 1
            return false
        }
        learned += 1
        pending.append(row, target: target)
        pendingWeights.append(weight)
        if pending.count == settings.fresh { step() }
        return true
    }

    /// Keeps a sample in the memory of the stream without a step; `rehearse` learns it.
    ///
    /// - Returns: whether it could be learned.
    @discardableResult public func remember(_ row: some Collection<Float>, target: some Collection<Float>, weight: Float = 1) -> Bool {
        guard accepts(row, target, weight) else {
            refused += 1
            return false
        }
        stream.add(row, target: target, label: ports.label(of: target), weight: weight, random: &random)
        return true
    }

    /// Takes steps on what is remembered, in whose batches the new samples' places are empty.
    ///
    /// - Returns: the mean loss; nil where nothing is remembered.
    @discardableResult public func rehearse(steps: Int, rate: Double? = nil) -> Double? {
        guard stream.count + reference.count > 0, steps > 0 else { return nil }
        var sum = 0.0
        for _ in 0..<steps {
            for place in 0..<settings.fresh { stepper.clear(place) }
            sum += Double(recall(rate))
        }
        return sum / Double(steps)
    }

    func accepts(_ row: some Collection<Float>, _ target: some Collection<Float>, _ weight: Float) -> Bool {
        guard ports.accepts(row), target.count == ports.targetWidth, weight > 0, weight <= 1e6 else { return false }
        if case .classes = ports.goal { return ports.label(target) != nil }
        return target.allSatisfy { $0.magnitude <= 1e12 }
    }

    /// One step on the new samples, which the memory of the stream takes afterwards.
    private func step() {
        for place in 0..<settings.fresh {
            var weight = pendingWeights[place]
            if let label = ports.label(pending.target(place)) { weight *= balance?.weight(for: label) ?? 1 }
            stepper.put(place, pending.input(place), pending.target(place), weight: weight)
        }
        recall(nil)
        if settings.recalled > 0 {
            for place in 0..<settings.fresh {
                let target = pending.target(place)
                stream.add(
                    pending.input(place), target: target, label: ports.label(of: target), weight: pendingWeights[place], random: &random)
            }
        }
        pending.removeAll()
        pendingWeights.removeAll(keepingCapacity: true)
    }

    /// Fills the rest of the batch from both memories and takes the step.
    @discardableResult private func recall(_ rate: Double?) -> Float {
        func fill(_ places: Range<Int>, from memory: ReplayMemory) {
            for place in places {
                if let slot = memory.draw(&random) {
                    stepper.put(place, memory.input(slot), memory.target(slot), weight: memory.weight(slot))
                } else {
                    stepper.clear(place)
                }
            }
        }
        let end = settings.fresh + settings.recalled
        fill(settings.fresh..<end, from: stream)
        fill(end..<settings.batch, from: reference)
        return stepper.run(rate: rate ?? optimizer.rate)
    }

    // MARK: The old skill

    /// Says what must not be forgotten: from now on the present parameters are the old ones, and these samples the old reference.
    ///
    /// Measures how much each parameter is needed: the diagonal of the Fisher information, over at most `samples` of the reference, with
    /// answers drawn from the net itself; scaled so that an average parameter has 1. What an earlier anchor found fades by half. The
    /// deviations of numbers are those of the reference.
    ///
    /// - Throws: `StreamError` if the reference has no sample that can be learned.
    public func anchor(on old: SampleSet, samples limit: Int = 256) throws {
        guard old.inputWidth == ports.inputWidth, old.targetWidth == ports.targetWidth else {
            throw StreamError(
                "online net",
                "the reference has rows of \(old.inputWidth) and \(old.targetWidth) numbers, expected \(ports.inputWidth) and \(ports.targetWidth)",
                at: original.name)
        }
        let usable = (0..<old.count).filter { accepts(old.input($0), old.target($0), 1) }
        guard !usable.isEmpty else { throw StreamError("online net", "the reference has no sample that can be learned", at: original.name) }
        if ports.goal == .numbers { spread.assign(Tensor(deviations(old, usable))) }
        if settings.old > 0 {
            reference.removeAll()
            for place in usable {
                let target = old.target(place)
                reference.add(old.input(place), target: target, label: ports.label(of: target), random: &random)
            }
        }
        for part in parts { part.anchor?.assign(part.variable.value.copied) }
        if settings.elasticity > 0 {
            let chosen = usable.count <= limit ? usable : random.permutation(usable.count).prefix(limit).map { usable[$0] }
            try measureImportance(on: old, chosen)
        }
        anchors += 1
    }

    private func deviations(_ old: SampleSet, _ places: [Int]) -> [Float] {
        (0..<ports.targetWidth).map { column in
            var mean = 0.0, square = 0.0
            for place in places { mean += Double(old.targets[place * ports.targetWidth + column]) }
            mean /= Double(places.count)
            for place in places {
                let gap = Double(old.targets[place * ports.targetWidth + column]) - mean
                square += gap * gap
            }
            let deviation = Float((square / Double(places.count)).squareRoot())
            return deviation > 0 ? deviation : 1
        }
    }

    private func measureImportance(on old: SampleSet, _ places: [Int]) throws {
        let fisher = try FisherDiagonal(original, ports, variables, parts, spread: spread)
        for place in places { fisher.add(old.input(place), spread: spreads, random: &random) }
        let fresh = fisher.scaled(), before = anchors > 0 ? 0.5 : 0
        for (part, values) in zip(parts, fresh) {
            guard let importance = part.importance else { continue }
            let known = importance.value.values(Float.self)
            importance.assign(
                Tensor(zip(known, values).map { Float(before) * $0 + Float(1 - before) * $1 }, importance.type.shape))
        }
    }
}

extension NetPorts {
    /// The class of a target, 0 where targets are numbers.
    func label(of target: some Collection<Float>) -> Int {
        if case .classes = goal { return label(target) ?? 0 }
        return 0
    }
}

extension Tensor {
    /// The same values, independent of the variable that they were read from.
    var copied: Tensor { withBytes { Tensor(type, copying: $0) } }
}
